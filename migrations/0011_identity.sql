-- What signals without an account could be placed by, one row per clue: what an account, a name or an answer that comes
-- is looked up in. A table of its own, since under row-level security no index on what stands in `clues` would be used.
CREATE TABLE waiting_clue (
  workspace_id uuid NOT NULL REFERENCES workspace,
  clue text COLLATE "C" NOT NULL,                -- kind and value, see store/waiting.ts
  signal_id uuid NOT NULL,                       -- of a signal whose account_id is null
  PRIMARY KEY (workspace_id, clue, signal_id)
);
CREATE INDEX waiting_clue_by_signal ON waiting_clue (workspace_id, signal_id);

DROP INDEX signal_waiting_for_name;
DROP INDEX signal_waiting_for_network;
DROP INDEX signal_waiting_for_owner;
DROP INDEX signal_waiting_for_domain;
DROP INDEX signal_waiting_for_mail;

-- Those that wait already; for once all workspaces are seen.
ALTER TABLE signal NO FORCE ROW LEVEL SECURITY;
INSERT INTO waiting_clue (workspace_id, clue, signal_id)
SELECT s.workspace_id, k.kind || ' ' || left(k.value, 500), s.signal_id
FROM signal AS s CROSS JOIN LATERAL (VALUES
  ('NAME', s.clues->>'nameKey'), ('DOMAIN', s.clues->>'domain'), ('DOMAIN', s.clues->>'emailDomain'),
  ('CRM', s.clues->>'crmId'), ('LINKEDIN', s.clues->>'linkedin'),
  ('NETWORK', CASE s.clues->'network'->>'class' WHEN 'business' THEN s.clues->>'networkKey' END),
  ('OWNER', CASE s.clues->'network'->>'class' WHEN 'business' THEN s.clues->'network'->>'domain' END)) AS k (kind, value)
WHERE s.account_id IS NULL AND k.value IS NOT NULL
ON CONFLICT DO NOTHING;
ALTER TABLE signal FORCE ROW LEVEL SECURITY;

ALTER TABLE waiting_clue ENABLE ROW LEVEL SECURITY;
ALTER TABLE waiting_clue FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON waiting_clue
  USING (workspace_id = (SELECT nullif(current_setting('undercurrent.workspace', true), '')::uuid));

-- With what match rules those that wait for review, or were not sure enough, were placed last; null: with the usual
-- ones. While they are placed again, the last signal that is done.
ALTER TABLE workspace ADD COLUMN placed_by text, ADD COLUMN placed_after uuid;

-- Children that wait for a parent of this domain; the index on what stands in `facts` was not used either.
DROP INDEX claim_by_parent_domain;
ALTER TABLE claim ADD COLUMN parent_domain text GENERATED ALWAYS AS (facts->'parentDomain'->>0) STORED;
CREATE INDEX claim_by_parent_domain ON claim (workspace_id, parent_domain) WHERE parent_domain IS NOT NULL;
