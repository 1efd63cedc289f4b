-- Parents of accounts as they were: a row whenever one became another. Scores of whole hierarchies can be replayed by it.

CREATE TABLE parent_change (
  workspace_id uuid NOT NULL,
  account_id uuid NOT NULL,
  changed_at timestamptz NOT NULL,
  parent_id uuid,                         -- null: none any more
  PRIMARY KEY (workspace_id, account_id, changed_at),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX parent_change_by_parent ON parent_change (workspace_id, parent_id);

-- What there is already is taken as having always been so.
INSERT INTO parent_change (workspace_id, account_id, changed_at, parent_id)
SELECT workspace_id, account_id, created_at, parent_id FROM account WHERE parent_id IS NOT NULL;

ALTER TABLE parent_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE parent_change FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON parent_change
  USING (workspace_id = (SELECT nullif(current_setting('undercurrent.workspace', true), '')::uuid));
