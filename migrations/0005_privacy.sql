-- What must not come in or come back, and who asked for what is held of somebody.

-- Raised with every change of the two lists below: what has read them sees by this one number that it has to again.
ALTER TABLE workspace ADD COLUMN privacy_version bigint NOT NULL DEFAULT 0;

-- Whom or what we don't want to hear of: our own offices, partners, people who objected.
CREATE TABLE exclusion (
  workspace_id uuid NOT NULL REFERENCES workspace,
  exclusion_id uuid NOT NULL,             -- derived from kind and value: the same one is there once
  kind text NOT NULL CHECK (kind IN ('CIDR', 'DOMAIN', 'EMAIL_HASH')),
  value text NOT NULL,                    -- of an e-mail address a keyed hash, never the address
  reason text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, exclusion_id)
);

-- What is left of somebody erased: keyed hashes of what named them, so that they don't come back.
CREATE TABLE erasure (
  workspace_id uuid NOT NULL REFERENCES workspace,
  mark text NOT NULL,
  erased_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, mark)
);

-- Who saw or erased what is held of somebody. Nothing in the application changes or deletes a row.
CREATE TABLE audit (
  workspace_id uuid NOT NULL REFERENCES workspace,
  audit_id uuid NOT NULL,
  at timestamptz NOT NULL,
  actor text NOT NULL,                    -- name of the key, or `command line`
  action text NOT NULL CHECK (action IN ('ERASE', 'EXPORT')),
  subject text NOT NULL,                  -- keyed hash of the address
  counts jsonb NOT NULL,                  -- what → how many
  PRIMARY KEY (workspace_id, audit_id)
);
CREATE INDEX audit_by_time ON audit (workspace_id, at);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['exclusion', 'erasure', 'audit'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY own_workspace ON %I USING (workspace_id = (SELECT nullif(current_setting(''undercurrent.workspace'', true), '''')::uuid))',
      name);
  END LOOP;
END
$$;
