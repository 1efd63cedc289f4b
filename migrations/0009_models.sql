-- Which version of the scoring model was in force when, and scores of versions that run beside the active one.

ALTER TABLE scoring_model ADD COLUMN shadow boolean NOT NULL DEFAULT false;  -- scored beside the active one

-- One row each time a version became the active one. Empty: there was never another than the active one.
CREATE TABLE scoring_model_activation (
  workspace_id uuid NOT NULL,
  seq integer NOT NULL,                   -- counted from 1
  version integer NOT NULL,
  action text NOT NULL CHECK (action IN ('APPLY', 'PROMOTE', 'ROLLBACK')),
  note text NOT NULL,
  activated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, seq),
  FOREIGN KEY (workspace_id, version) REFERENCES scoring_model ON DELETE CASCADE
);
CREATE INDEX scoring_model_activation_by_version ON scoring_model_activation (workspace_id, version);

-- What a shadow version makes of an account: enough to compare it with the active one.
CREATE TABLE account_shadow_score (
  workspace_id uuid NOT NULL,
  version integer NOT NULL,
  account_id uuid NOT NULL,
  heat double precision NOT NULL,
  qualification double precision NOT NULL,
  qualification_tier text NOT NULL,
  scored_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, version, account_id),
  FOREIGN KEY (workspace_id, version) REFERENCES scoring_model ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX account_shadow_score_by_account ON account_shadow_score (workspace_id, account_id);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['scoring_model_activation', 'account_shadow_score'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY own_workspace ON %I USING (workspace_id = (SELECT nullif(current_setting(''undercurrent.workspace'', true), '''')::uuid))',
      name);
  END LOOP;
END
$$;
