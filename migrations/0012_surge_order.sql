-- The surge of the account as a whole beside its other scores, so that accounts can be read in its order.
-- 50 where nothing can be said. Written by the surge pass.
ALTER TABLE account_score ADD COLUMN surge double precision NOT NULL DEFAULT 50;
CREATE INDEX account_score_by_surge ON account_score (workspace_id, surge, account_id);

ALTER TABLE account_score NO FORCE ROW LEVEL SECURITY;
ALTER TABLE surge NO FORCE ROW LEVEL SECURITY;
UPDATE account_score AS s SET surge = u.score
FROM surge AS u WHERE u.workspace_id = s.workspace_id AND u.account_id = s.account_id AND u.about = 'ACCOUNT';
ALTER TABLE account_score FORCE ROW LEVEL SECURITY;
ALTER TABLE surge FORCE ROW LEVEL SECURITY;
