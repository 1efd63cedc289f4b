-- How accounts hang together: merged duplicates, parents, and pairs somebody said are no duplicates.

-- A merged account keeps its row, its claims and its domains; everything else counts for its survivor. So taking the
-- merge back is letting go of these pointers and settling again (flow/merge.ts).
ALTER TABLE account
  ADD COLUMN merged_into uuid,                   -- the account it was merged into; null: it stands for itself
  ADD COLUMN survivor_id uuid,                   -- the last of the chain of `merged_into`
  ADD COLUMN filled text[] NOT NULL DEFAULT '{}',-- columns that hold what only merged accounts know
  ADD COLUMN parent_id uuid,                     -- as it follows from account_edge and the merges; null for merged ones
  ADD FOREIGN KEY (workspace_id, merged_into) REFERENCES account,
  ADD FOREIGN KEY (workspace_id, survivor_id) REFERENCES account;
CREATE INDEX account_by_survivor ON account (workspace_id, survivor_id) WHERE survivor_id IS NOT NULL;
CREATE INDEX account_by_parent ON account (workspace_id, parent_id) WHERE parent_id IS NOT NULL;

-- Where somebody is at, and where an outcome was recorded, if that account is merged by now; null: at `account_id`.
ALTER TABLE person ADD COLUMN home_id uuid;
CREATE INDEX person_by_home ON person (workspace_id, home_id) WHERE home_id IS NOT NULL;
ALTER TABLE outcome ADD COLUMN home_id uuid;
CREATE INDEX outcome_by_home ON outcome (workspace_id, home_id) WHERE home_id IS NOT NULL;

CREATE TABLE merge_log (
  workspace_id uuid NOT NULL REFERENCES workspace,
  merge_id uuid NOT NULL,
  account_id uuid NOT NULL,                      -- what was merged
  into_id uuid NOT NULL,
  merged_at timestamptz NOT NULL,
  unmerged_at timestamptz,
  PRIMARY KEY (workspace_id, merge_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, into_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX merge_log_by_account ON merge_log (workspace_id, account_id);
CREATE INDEX merge_log_by_into ON merge_log (workspace_id, into_id);

-- Where signals of accounts with merged ones would stand had nothing been merged; of those for whom it differs.
CREATE TABLE merged_signal (
  workspace_id uuid NOT NULL REFERENCES workspace,
  signal_id uuid NOT NULL,
  account_id uuid,
  method text,
  confidence double precision NOT NULL,
  evidence text[] NOT NULL,
  unplaced text,
  PRIMARY KEY (workspace_id, signal_id)
);
CREATE INDEX merged_signal_by_account ON merged_signal (workspace_id, account_id);

-- Child → parent, as claims say; one parent each.
CREATE TABLE account_edge (
  workspace_id uuid NOT NULL REFERENCES workspace,
  child_id uuid NOT NULL,
  parent_id uuid,                                -- null: by hand it was said that there is none
  provenance text NOT NULL CHECK (provenance IN ('BY_HAND', 'IMPORTED')),
  since timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, child_id),
  FOREIGN KEY (workspace_id, child_id) REFERENCES account ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, parent_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX account_edge_by_parent ON account_edge (workspace_id, parent_id);
-- Children that wait for a parent of this domain.
CREATE INDEX claim_by_parent_domain ON claim (workspace_id, (facts->'parentDomain'->>0))
  WHERE facts->'parentDomain' IS NOT NULL;

CREATE TABLE duplicate_dismissal (
  workspace_id uuid NOT NULL REFERENCES workspace,
  low_id uuid NOT NULL,                          -- the pair, lower id first
  high_id uuid NOT NULL,
  dismissed_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, low_id, high_id),
  FOREIGN KEY (workspace_id, low_id) REFERENCES account ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, high_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX duplicate_dismissal_by_high ON duplicate_dismissal (workspace_id, high_id);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['merge_log', 'merged_signal', 'account_edge', 'duplicate_dismissal'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY own_workspace ON %I USING (workspace_id = (SELECT nullif(current_setting(''undercurrent.workspace'', true), '''')::uuid))',
      name);
  END LOOP;
END
$$;
