-- Buying groups: the people of an account around one solution. Groups and members follow from people, signals and
-- what was said of roles, and are computed with the account's score.

ALTER TABLE person ADD COLUMN buying_role text; -- as the CRM has it

CREATE TABLE solution (
  workspace_id uuid NOT NULL REFERENCES workspace,
  solution_id uuid NOT NULL,              -- derived from the name
  name text NOT NULL,
  topics text[] NOT NULL,                 -- normal forms (core/topics.ts)
  clusters text[] NOT NULL,
  content jsonb NOT NULL,                 -- rules on URL and title; with no topics, clusters and rules everything counts
  template jsonb,                         -- roles; null: those of the scoring model
  usual boolean NOT NULL,                 -- ours, for a workspace that has named none
  declared_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, solution_id)
);

-- Goes with the account's score, and so when the account is merged or removed.
CREATE TABLE buying_group (
  workspace_id uuid NOT NULL,
  group_id uuid NOT NULL,                 -- derived from account and solution
  account_id uuid NOT NULL,
  solution_id uuid NOT NULL,
  score double precision NOT NULL,
  completeness double precision NOT NULL,
  coverage double precision NOT NULL,
  engagement double precision NOT NULL,
  status text NOT NULL CHECK (status IN ('IDENTIFIED', 'FORMING', 'ENGAGED')),
  size integer NOT NULL,                  -- members, those beyond the stored ones included
  missing text[] NOT NULL,
  parts jsonb NOT NULL,                   -- what each role of the template adds
  champion_id uuid,
  blocker_id uuid,
  last_activity_at timestamptz,
  model_version integer NOT NULL,
  PRIMARY KEY (workspace_id, group_id),
  UNIQUE (workspace_id, account_id, solution_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account_score ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, solution_id) REFERENCES solution ON DELETE CASCADE
);
CREATE INDEX buying_group_by_score ON buying_group (workspace_id, score, group_id);
CREATE INDEX buying_group_by_solution ON buying_group (workspace_id, solution_id);

CREATE TABLE buying_group_member (
  workspace_id uuid NOT NULL,
  group_id uuid NOT NULL,
  person_id uuid NOT NULL,
  role text NOT NULL,
  confidence double precision NOT NULL,
  source text NOT NULL CHECK (source IN ('MANUAL', 'CRM', 'INFERRED')),
  status text NOT NULL CHECK (status IN ('POTENTIAL', 'CONFIRMED')),
  points double precision NOT NULL,
  engagement double precision NOT NULL,
  last_active_at timestamptz,
  PRIMARY KEY (workspace_id, group_id, person_id),
  FOREIGN KEY (workspace_id, group_id) REFERENCES buying_group ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, person_id) REFERENCES person ON DELETE CASCADE
);
CREATE INDEX buying_group_member_by_person ON buying_group_member (workspace_id, person_id);

-- Roles given by hand: they hold while the person stays where they were then.
CREATE TABLE buying_role (
  workspace_id uuid NOT NULL,
  solution_id uuid NOT NULL,
  person_id uuid NOT NULL,
  home_id uuid NOT NULL,                  -- the account they were at, by itself, merged or not
  role text NOT NULL,
  given_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, solution_id, person_id),
  FOREIGN KEY (workspace_id, solution_id) REFERENCES solution ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, person_id) REFERENCES person ON DELETE CASCADE
);
CREATE INDEX buying_role_by_person ON buying_role (workspace_id, person_id);

-- Forms, whose answers may tell budget, timeline and the like.
CREATE INDEX signal_of_form ON signal (workspace_id, account_id, signal_id)
  WHERE kind IN ('content.form', 'content.demo_request', 'content.assessment');

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['solution', 'buying_group', 'buying_group_member', 'buying_role'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY own_workspace ON %I USING (workspace_id = (SELECT nullif(current_setting(''undercurrent.workspace'', true), '''')::uuid))',
      name);
  END LOOP;
END
$$;
