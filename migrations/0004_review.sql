-- What a clue means where nothing is sure: other names of accounts, and questions that people answer.

ALTER TABLE account
  ADD COLUMN linkedin text,                      -- the name of its page there
  ADD COLUMN aliases text[] NOT NULL DEFAULT '{}'; -- names it goes by besides its own, as written
CREATE INDEX account_by_linkedin ON account (workspace_id, linkedin) WHERE linkedin IS NOT NULL;
-- What the name books of all processes have still to read.
CREATE INDEX account_by_update ON account (workspace_id, updated_at);
-- What domains that look like one another, or are the same in different countries, have in common: `skeletonOf` in
-- core/identity/domain.ts. A column, since under row-level security no index on an expression would be used. It is
-- computed here once for the domains that are there, and written by the application from now on.
ALTER TABLE account_domain ADD COLUMN skeleton text GENERATED ALWAYS AS (
  replace(replace(replace(translate(split_part(domain, '.', 1), '01i53-', 'ollse'), 'rn', 'm'), 'vv', 'w'), 'cl', 'd')
) STORED;
ALTER TABLE account_domain ALTER COLUMN skeleton DROP EXPRESSION;
CREATE INDEX account_domain_by_skeleton ON account_domain (workspace_id, skeleton);

CREATE TABLE account_alias (
  workspace_id uuid NOT NULL REFERENCES workspace,
  name_key text NOT NULL,                        -- normal form of one of `aliases`
  account_id uuid NOT NULL,
  PRIMARY KEY (workspace_id, name_key, account_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX account_alias_by_account ON account_alias (workspace_id, account_id);

-- Whether a clue means an account: the queue of questions, and the memory of answers.
CREATE TABLE match_review (
  workspace_id uuid NOT NULL REFERENCES workspace,
  review_id uuid NOT NULL,                       -- made of clue and account
  kind text NOT NULL CHECK (kind IN ('NAME', 'NETWORK', 'DOMAIN')),
  value text NOT NULL,                           -- a normal name or a domain; never an IP or an e-mail address
  account_id uuid NOT NULL,
  method text NOT NULL,
  confidence double precision NOT NULL,          -- when it was asked
  evidence text[] NOT NULL,
  status text NOT NULL CHECK (status IN ('OPEN', 'ACCEPTED', 'REJECTED')),
  created_at timestamptz NOT NULL,
  decided_at timestamptz,
  decided_by text,                               -- through what: API or CLI
  PRIMARY KEY (workspace_id, review_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX match_review_by_value ON match_review (workspace_id, value);
CREATE INDEX match_review_by_account ON match_review (workspace_id, account_id);
CREATE INDEX match_review_open ON match_review (workspace_id, confidence, review_id) WHERE status = 'OPEN';

CREATE INDEX signal_waiting_for_domain ON signal (workspace_id, (clues->>'domain'))
  WHERE account_id IS NULL AND clues->>'domain' IS NOT NULL;
CREATE INDEX signal_waiting_for_mail ON signal (workspace_id, (clues->>'emailDomain'))
  WHERE account_id IS NULL AND clues->>'emailDomain' IS NOT NULL;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['account_alias', 'match_review'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY own_workspace ON %I USING (workspace_id = (SELECT nullif(current_setting(''undercurrent.workspace'', true), '''')::uuid))',
      name);
  END LOOP;
END
$$;
