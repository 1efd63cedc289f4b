-- What each batch says of an account or a person, one row per batch, like visitor_link: the rows of account and person
-- follow from these, so that undoing a batch takes back only its word, whoever came first.
CREATE TABLE claim (
  workspace_id uuid NOT NULL REFERENCES workspace,
  subject_id uuid NOT NULL,               -- of the account or the person
  batch_id uuid NOT NULL,                 -- zeros: said through the API
  about text NOT NULL CHECK (about IN ('ACCOUNT', 'PERSON')),
  imported boolean NOT NULL,              -- somebody's word on what is so, before what visitors and feeds tell
  facts jsonb NOT NULL,                   -- field → [what was said, when (ms)]
  keys text[] NOT NULL,                   -- what names the person
  domains text[] NOT NULL,                -- the account's, or those of the company the person is said to be at
  PRIMARY KEY (workspace_id, subject_id, batch_id)
);
CREATE INDEX claim_by_batch ON claim (workspace_id, batch_id);
ALTER TABLE claim ENABLE ROW LEVEL SECURITY;
ALTER TABLE claim FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON claim
  USING (workspace_id = (SELECT nullif(current_setting('undercurrent.workspace', true), '')::uuid));

-- Signals that wait, by what a newly discovered account may bring: its name, or the owner of a network.
CREATE INDEX signal_waiting_for_name ON signal (workspace_id, (clues->>'nameKey'))
  WHERE account_id IS NULL AND clues->>'nameKey' IS NOT NULL;
CREATE INDEX signal_waiting_for_network ON signal (workspace_id, (clues->'network'->>'domain'))
  WHERE account_id IS NULL AND clues->'network'->>'domain' IS NOT NULL;
CREATE INDEX signal_waiting_for_owner ON signal (workspace_id, (clues->>'networkKey'))
  WHERE account_id IS NULL AND clues->>'networkKey' IS NOT NULL;
