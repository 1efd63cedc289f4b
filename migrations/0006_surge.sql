-- Topics, and how unlikely the current activity on them is. What an import declares is kept by batch, like claims, so
-- that undoing one takes back only its word. A topic that nobody declared exists by being named on signals.

CREATE TABLE topic (
  workspace_id uuid NOT NULL REFERENCES workspace,
  name text NOT NULL,                     -- normal form (core/topics.ts)
  batch_id uuid NOT NULL,
  aliases text[] NOT NULL,                -- what others call it, normal forms
  declared_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, name, batch_id)
);

-- A cluster is what its topics are; of several batches the latest tells the weight.
CREATE TABLE cluster_topic (
  workspace_id uuid NOT NULL REFERENCES workspace,
  cluster text NOT NULL,
  topic text NOT NULL,
  batch_id uuid NOT NULL,
  weight double precision NOT NULL CHECK (weight > 0 AND weight <= 1),
  declared_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, cluster, topic, batch_id)
);

-- A page or asset whose path and title fit is about the topic.
CREATE TABLE topic_rule (
  workspace_id uuid NOT NULL REFERENCES workspace,
  rule_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  topic text NOT NULL,
  url_pattern text,
  title_pattern text,
  declared_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, rule_id)
);

-- Which declarations are in force, and how far the timeline follows them.
CREATE TABLE topic_state (
  workspace_id uuid NOT NULL REFERENCES workspace,
  version uuid NOT NULL,                  -- another one after every change
  applied uuid,                           -- the version that all of the timeline follows
  applying uuid,                          -- the version that it follows up to `reached`
  reached uuid,                           -- a signal
  PRIMARY KEY (workspace_id)
);

-- `topics` is what a signal is about, by the names that were declared; this is what its source said, where it differs.
ALTER TABLE signal ADD COLUMN told_topics text[];

CREATE TABLE surge (
  workspace_id uuid NOT NULL,
  surge_id uuid NOT NULL,                 -- derived from account, about and name
  account_id uuid NOT NULL,
  about text NOT NULL CHECK (about IN ('ACCOUNT', 'TOPIC', 'CLUSTER')),
  name text NOT NULL,                     -- of the topic or cluster; empty for the account as a whole
  score double precision NOT NULL,
  status text NOT NULL,
  observed double precision NOT NULL,
  expected double precision NOT NULL,
  lift double precision,
  p_value double precision NOT NULL,
  actors integer NOT NULL,
  sources text[] NOT NULL,
  since date,
  vendor jsonb,                           -- source → its own score, shown beside ours and never mixed in
  PRIMARY KEY (workspace_id, surge_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX surge_by_account ON surge (workspace_id, account_id, about, name);
CREATE INDEX surge_by_score ON surge (workspace_id, score, surge_id);
CREATE INDEX surge_by_name ON surge (workspace_id, about, name, score);

-- One row per key and UTC day on which its status, or its score by ten points, differed from what was said before.
CREATE TABLE surge_history (
  workspace_id uuid NOT NULL,
  account_id uuid NOT NULL,
  about text NOT NULL,
  name text NOT NULL,
  day date NOT NULL,
  score double precision NOT NULL,
  status text NOT NULL,
  PRIMARY KEY (workspace_id, account_id, about, name, day),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE
);

-- What the rows of `surge` were computed with; all of a workspace's are of one pass.
CREATE TABLE surge_pass (
  workspace_id uuid NOT NULL REFERENCES workspace,
  computed_for date NOT NULL,
  computed_at timestamptz NOT NULL,
  model_version integer NOT NULL,
  PRIMARY KEY (workspace_id)
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['topic', 'cluster_topic', 'topic_rule', 'topic_state', 'surge', 'surge_history', 'surge_pass'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY own_workspace ON %I USING (workspace_id = (SELECT nullif(current_setting(''undercurrent.workspace'', true), '''')::uuid))',
      name);
  END LOOP;
END
$$;
