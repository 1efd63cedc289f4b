-- Erasures under way: who was erased is gone at once, and what names them in others' rows is looked for afterwards. Should
-- that be interrupted, it goes on from here; the row goes with the last of it.
CREATE TABLE erasure_task (
  workspace_id uuid NOT NULL REFERENCES workspace,
  subject text NOT NULL,                  -- keyed hash of the address
  actor text NOT NULL,
  asked_at timestamptz NOT NULL,
  document jsonb NOT NULL,                -- whom, and what to look for
  counts jsonb NOT NULL,                  -- for the receipt
  account_ids uuid[] NOT NULL,            -- accounts whose scores were asked for
  worked_at timestamptz NOT NULL,         -- when something was last done about it
  PRIMARY KEY (workspace_id, subject)
);
ALTER TABLE erasure_task ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure_task FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON erasure_task
  USING (workspace_id = (SELECT nullif(current_setting('undercurrent.workspace', true), '')::uuid));
