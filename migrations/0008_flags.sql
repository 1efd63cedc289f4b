-- Changes of stage, accounts that are ready for sales, and pre-MQL flags.

-- What the fold over an account's days comes to (core/scoring/stage.ts); written where it differs. It goes with the
-- account's score, and so when the account is merged or removed.
CREATE TABLE stage_change (
  workspace_id uuid NOT NULL,
  account_id uuid NOT NULL,
  day date NOT NULL,
  from_stage text NOT NULL,
  to_stage text NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (workspace_id, account_id, day),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account_score ON DELETE CASCADE
);

-- Accounts that are ready for sales, from when on: the response clock runs from the moment that we could know.
CREATE TABLE handoff (
  workspace_id uuid NOT NULL,
  account_id uuid NOT NULL,
  ready_since timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, account_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account_score ON DELETE CASCADE
);
CREATE INDEX handoff_by_time ON handoff (workspace_id, ready_since);

-- A flag stays with the account it was raised for; while that is merged, it shows with the survivor. Its status follows
-- from when it was raised, when it expired, sales' answer and the outcomes (core/scoring/flag-life.ts).
CREATE TABLE pre_mql_flag (
  workspace_id uuid NOT NULL,
  flag_id uuid NOT NULL,                  -- derived from rule, subject and time
  account_id uuid NOT NULL,
  person_id uuid,                         -- whom it is about; null: the account
  subject_id uuid NOT NULL,               -- the person, else the account
  rule text NOT NULL,
  confidence double precision NOT NULL,
  reason text NOT NULL,
  evidence jsonb NOT NULL,                -- the strongest contributions behind it
  signal_ids uuid[] NOT NULL,             -- some of their signals: when all are gone, so is the flag
  model_version integer NOT NULL,
  raised_at timestamptz NOT NULL,
  expired_at timestamptz,
  accepted boolean,                       -- sales' answer; null: none yet
  answered_at timestamptz,
  answered_by text,
  answer_reason text,
  status text NOT NULL CHECK (status IN ('OPEN', 'ACCEPTED', 'REJECTED', 'EXPIRED', 'CONVERTED')),
  closed_at timestamptz,
  PRIMARY KEY (workspace_id, flag_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, person_id) REFERENCES person ON DELETE CASCADE
);
-- Of a rule there is one open flag for a subject, however often it is tried.
CREATE UNIQUE INDEX pre_mql_flag_open ON pre_mql_flag (workspace_id, subject_id, rule) WHERE status = 'OPEN';
CREATE INDEX pre_mql_flag_by_account ON pre_mql_flag (workspace_id, account_id);
CREATE INDEX pre_mql_flag_by_person ON pre_mql_flag (workspace_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX pre_mql_flag_by_time ON pre_mql_flag (workspace_id, raised_at, flag_id);

-- Whose opportunity opened lately.
CREATE INDEX outcome_by_type ON outcome (workspace_id, type, occurred_at);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['stage_change', 'handoff', 'pre_mql_flag'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY own_workspace ON %I USING (workspace_id = (SELECT nullif(current_setting(''undercurrent.workspace'', true), '''')::uuid))',
      name);
  END LOOP;
END
$$;
