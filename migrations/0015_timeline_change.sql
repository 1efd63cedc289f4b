-- For scoring everybody in bulk: members change every day, and in a page with room that touches no index.
ALTER TABLE buying_group_member SET (fillfactor = 50);

-- Which accounts' signals changed, for the copy of the timeline that is kept beside the database.
ALTER TABLE rescore_request ADD COLUMN of_timeline boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN rescore_request.of_timeline IS 'Whether its signals may have changed, and not only the day or the model.';

CREATE TABLE timeline_change (
  workspace_id uuid NOT NULL REFERENCES workspace,
  -- All zeros: every account's. Not a reference, since what is gone changed too.
  account_id uuid NOT NULL,
  changed_in xid8 NOT NULL,
  PRIMARY KEY (workspace_id, account_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE timeline_change IS 'Accounts whose signals changed, and the transaction by which that is known.';
ALTER TABLE timeline_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE timeline_change FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON timeline_change
  USING (workspace_id = (SELECT nullif(current_setting('undercurrent.workspace', true), '')::uuid));
