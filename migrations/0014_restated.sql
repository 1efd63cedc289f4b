-- What is undone was never there: on whose word signals moved and parents changed, so that an undo finds what followed
-- from it. Null: on that of no batch (a merge, an answer, a word by hand), or from before this was kept.
ALTER TABLE signal_move ADD COLUMN batch_id uuid;
CREATE INDEX signal_move_by_batch ON signal_move (workspace_id, batch_id) WHERE batch_id IS NOT NULL;
ALTER TABLE parent_change ADD COLUMN batch_id uuid;
CREATE INDEX parent_change_by_batch ON parent_change (workspace_id, batch_id) WHERE batch_id IS NOT NULL;

-- The first day whose surges are to be judged again, since signals they were judged by are gone; null: none.
ALTER TABLE surge_pass ADD COLUMN restate_from date;
