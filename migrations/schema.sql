-- Made by scripts/dump-schema.ts from the migrations; change those.

CREATE TABLE account (
  workspace_id uuid NOT NULL,
  account_id uuid NOT NULL,
  domain text,
  name text NOT NULL,
  name_key text NOT NULL,
  industry text,
  employees bigint,
  revenue double precision,
  country text,
  city text,
  technologies text[] NOT NULL DEFAULT '{}'::text[],
  tier text,
  owner text,
  crm_id text,
  origin text NOT NULL,
  batch_id uuid,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  merged_into uuid,
  survivor_id uuid,
  filled text[] NOT NULL DEFAULT '{}'::text[],
  parent_id uuid,
  linkedin text,
  aliases text[] NOT NULL DEFAULT '{}'::text[],
  PRIMARY KEY (workspace_id, account_id),
  CHECK ((origin = ANY (ARRAY['IMPORTED'::text, 'DISCOVERED'::text]))),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  FOREIGN KEY (workspace_id, merged_into) REFERENCES account(workspace_id, account_id),
  FOREIGN KEY (workspace_id, survivor_id) REFERENCES account(workspace_id, account_id)
);
CREATE INDEX account_by_crm_id ON account USING btree (workspace_id, crm_id) WHERE (crm_id IS NOT NULL);
CREATE INDEX account_by_linkedin ON account USING btree (workspace_id, linkedin) WHERE (linkedin IS NOT NULL);
CREATE INDEX account_by_name ON account USING btree (workspace_id, name, account_id);
CREATE INDEX account_by_name_key ON account USING btree (workspace_id, name_key);
CREATE INDEX account_by_parent ON account USING btree (workspace_id, parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX account_by_survivor ON account USING btree (workspace_id, survivor_id) WHERE (survivor_id IS NOT NULL);
CREATE INDEX account_by_update ON account USING btree (workspace_id, updated_at);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE account_alias (
  workspace_id uuid NOT NULL,
  name_key text NOT NULL,
  account_id uuid NOT NULL,
  PRIMARY KEY (workspace_id, name_key, account_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
CREATE INDEX account_alias_by_account ON account_alias USING btree (workspace_id, account_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE account_domain (
  workspace_id uuid NOT NULL,
  domain text NOT NULL,
  account_id uuid NOT NULL,
  skeleton text,
  PRIMARY KEY (workspace_id, domain),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
CREATE INDEX account_domain_by_account ON account_domain USING btree (workspace_id, account_id);
CREATE INDEX account_domain_by_skeleton ON account_domain USING btree (workspace_id, skeleton);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE account_edge (
  workspace_id uuid NOT NULL,
  child_id uuid NOT NULL,
  parent_id uuid,
  provenance text NOT NULL,
  since timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, child_id),
  CHECK ((provenance = ANY (ARRAY['BY_HAND'::text, 'IMPORTED'::text]))),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  FOREIGN KEY (workspace_id, child_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, parent_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
CREATE INDEX account_edge_by_parent ON account_edge USING btree (workspace_id, parent_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE account_score (
  workspace_id uuid NOT NULL,
  account_id uuid NOT NULL,
  heat double precision NOT NULL,
  raw double precision NOT NULL,
  band text NOT NULL,
  trend_7d double precision NOT NULL,
  fit double precision NOT NULL,
  coverage double precision NOT NULL,
  disqualified_by text,
  qualification double precision NOT NULL,
  qualification_tier text NOT NULL,
  qualification_reason text NOT NULL,
  stage text NOT NULL,
  stage_reason text NOT NULL,
  detail jsonb NOT NULL,
  actors integer NOT NULL,
  last_activity_at timestamp with time zone,
  model_version integer NOT NULL,
  scored_at timestamp with time zone NOT NULL,
  surge double precision NOT NULL DEFAULT 50,
  PRIMARY KEY (workspace_id, account_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
CREATE INDEX account_score_by_activity ON account_score USING btree (workspace_id, last_activity_at, account_id);
CREATE INDEX account_score_by_fit ON account_score USING btree (workspace_id, fit, account_id);
CREATE INDEX account_score_by_heat ON account_score USING btree (workspace_id, heat, account_id);
CREATE INDEX account_score_by_qualification ON account_score USING btree (workspace_id, qualification, account_id);
CREATE INDEX account_score_by_surge ON account_score USING btree (workspace_id, surge, account_id);
CREATE INDEX account_score_by_trend ON account_score USING btree (workspace_id, trend_7d, account_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE account_shadow_score (
  workspace_id uuid NOT NULL,
  version integer NOT NULL,
  account_id uuid NOT NULL,
  heat double precision NOT NULL,
  qualification double precision NOT NULL,
  qualification_tier text NOT NULL,
  scored_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, version, account_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, version) REFERENCES scoring_model(workspace_id, version) ON DELETE CASCADE
);
CREATE INDEX account_shadow_score_by_account ON account_shadow_score USING btree (workspace_id, account_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE api_key (
  workspace_id uuid NOT NULL,
  key_id uuid NOT NULL,
  key_hash bytea NOT NULL,
  name text NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamp with time zone NOT NULL,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  PRIMARY KEY (workspace_id, key_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  UNIQUE (workspace_id, key_hash)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE audit (
  workspace_id uuid NOT NULL,
  audit_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  counts jsonb NOT NULL,
  PRIMARY KEY (workspace_id, audit_id),
  CHECK ((action = ANY (ARRAY['ERASE'::text, 'EXPORT'::text]))),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX audit_by_time ON audit USING btree (workspace_id, at);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE batch (
  workspace_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  source text NOT NULL,
  transport text NOT NULL,
  label text,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  received bigint NOT NULL DEFAULT 0,
  accepted bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  skipped jsonb NOT NULL DEFAULT '{}'::jsonb,
  error text,
  undone_at timestamp with time zone,
  PRIMARY KEY (workspace_id, batch_id),
  CHECK ((transport = ANY (ARRAY['file'::text, 'push'::text, 'poll'::text, 'import'::text, 'sample'::text]))),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX batch_by_source ON batch USING btree (workspace_id, source, started_at DESC);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE buying_group (
  workspace_id uuid NOT NULL,
  group_id uuid NOT NULL,
  account_id uuid NOT NULL,
  solution_id uuid NOT NULL,
  score double precision NOT NULL,
  completeness double precision NOT NULL,
  coverage double precision NOT NULL,
  engagement double precision NOT NULL,
  status text NOT NULL,
  size integer NOT NULL,
  missing text[] NOT NULL,
  parts jsonb NOT NULL,
  champion_id uuid,
  blocker_id uuid,
  last_activity_at timestamp with time zone,
  model_version integer NOT NULL,
  PRIMARY KEY (workspace_id, group_id),
  CHECK ((status = ANY (ARRAY['IDENTIFIED'::text, 'FORMING'::text, 'ENGAGED'::text]))),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account_score(workspace_id, account_id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, solution_id) REFERENCES solution(workspace_id, solution_id) ON DELETE CASCADE,
  UNIQUE (workspace_id, account_id, solution_id)
);
CREATE INDEX buying_group_by_score ON buying_group USING btree (workspace_id, score, group_id);
CREATE INDEX buying_group_by_solution ON buying_group USING btree (workspace_id, solution_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE buying_group_member (
  workspace_id uuid NOT NULL,
  group_id uuid NOT NULL,
  person_id uuid NOT NULL,
  role text NOT NULL,
  confidence double precision NOT NULL,
  source text NOT NULL,
  status text NOT NULL,
  points double precision NOT NULL,
  engagement double precision NOT NULL,
  last_active_at timestamp with time zone,
  PRIMARY KEY (workspace_id, group_id, person_id),
  CHECK ((source = ANY (ARRAY['MANUAL'::text, 'CRM'::text, 'INFERRED'::text]))),
  CHECK ((status = ANY (ARRAY['POTENTIAL'::text, 'CONFIRMED'::text]))),
  FOREIGN KEY (workspace_id, group_id) REFERENCES buying_group(workspace_id, group_id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, person_id) REFERENCES person(workspace_id, person_id) ON DELETE CASCADE
);
CREATE INDEX buying_group_member_by_person ON buying_group_member USING btree (workspace_id, person_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE buying_role (
  workspace_id uuid NOT NULL,
  solution_id uuid NOT NULL,
  person_id uuid NOT NULL,
  home_id uuid NOT NULL,
  role text NOT NULL,
  given_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, solution_id, person_id),
  FOREIGN KEY (workspace_id, person_id) REFERENCES person(workspace_id, person_id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, solution_id) REFERENCES solution(workspace_id, solution_id) ON DELETE CASCADE
);
CREATE INDEX buying_role_by_person ON buying_role USING btree (workspace_id, person_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE claim (
  workspace_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  about text NOT NULL,
  imported boolean NOT NULL,
  facts jsonb NOT NULL,
  keys text[] NOT NULL,
  domains text[] NOT NULL,
  parent_domain text DEFAULT ((facts -> 'parentDomain'::text) ->> 0),
  PRIMARY KEY (workspace_id, subject_id, batch_id),
  CHECK ((about = ANY (ARRAY['ACCOUNT'::text, 'PERSON'::text]))),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX claim_by_batch ON claim USING btree (workspace_id, batch_id);
CREATE INDEX claim_by_parent_domain ON claim USING btree (workspace_id, parent_domain) WHERE (parent_domain IS NOT NULL);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE cluster_topic (
  workspace_id uuid NOT NULL,
  cluster text NOT NULL,
  topic text NOT NULL,
  batch_id uuid NOT NULL,
  weight double precision NOT NULL,
  declared_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, cluster, topic, batch_id),
  CHECK (((weight > (0)::double precision) AND (weight <= (1)::double precision))),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE dead_letter (
  workspace_id uuid NOT NULL,
  dead_letter_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  source text NOT NULL,
  place text NOT NULL,
  code text NOT NULL,
  reason text NOT NULL,
  hint text NOT NULL,
  file_name text,
  raw bytea NOT NULL,
  parsed boolean NOT NULL,
  received_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, dead_letter_id)
);
CREATE INDEX dead_letter_by_batch ON dead_letter USING btree (workspace_id, batch_id);
CREATE INDEX dead_letter_by_source ON dead_letter USING btree (workspace_id, source, received_at);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE digest (
  workspace_id uuid NOT NULL,
  digest_id uuid NOT NULL,
  recipient text NOT NULL,
  since timestamp with time zone,
  until timestamp with time zone NOT NULL,
  entries jsonb NOT NULL,
  sent_at timestamp with time zone,
  error text,
  PRIMARY KEY (workspace_id, digest_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX digest_by_recipient ON digest USING btree (workspace_id, recipient, until DESC);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE digest_told (
  workspace_id uuid NOT NULL,
  recipient text NOT NULL,
  account_id uuid NOT NULL,
  heat double precision NOT NULL,
  told_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, recipient, account_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
CREATE INDEX digest_told_by_account ON digest_told USING btree (workspace_id, account_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE duplicate_dismissal (
  workspace_id uuid NOT NULL,
  low_id uuid NOT NULL,
  high_id uuid NOT NULL,
  dismissed_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, low_id, high_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  FOREIGN KEY (workspace_id, high_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, low_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
CREATE INDEX duplicate_dismissal_by_high ON duplicate_dismissal USING btree (workspace_id, high_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE erasure (
  workspace_id uuid NOT NULL,
  mark text NOT NULL,
  erased_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, mark),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE erasure_task (
  workspace_id uuid NOT NULL,
  subject text NOT NULL,
  actor text NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  document jsonb NOT NULL,
  counts jsonb NOT NULL,
  account_ids uuid[] NOT NULL,
  worked_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, subject),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE exclusion (
  workspace_id uuid NOT NULL,
  exclusion_id uuid NOT NULL,
  kind text NOT NULL,
  value text NOT NULL,
  reason text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, exclusion_id),
  CHECK ((kind = ANY (ARRAY['CIDR'::text, 'DOMAIN'::text, 'EMAIL_HASH'::text]))),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE first_arrival (
  workspace_id uuid NOT NULL,
  source text NOT NULL,
  external_id text NOT NULL,
  arrived_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, source, external_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE handoff (
  workspace_id uuid NOT NULL,
  account_id uuid NOT NULL,
  ready_since timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, account_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account_score(workspace_id, account_id) ON DELETE CASCADE
);
CREATE INDEX handoff_by_time ON handoff USING btree (workspace_id, ready_since);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE match_review (
  workspace_id uuid NOT NULL,
  review_id uuid NOT NULL,
  kind text NOT NULL,
  value text NOT NULL,
  account_id uuid NOT NULL,
  method text NOT NULL,
  confidence double precision NOT NULL,
  evidence text[] NOT NULL,
  status text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  decided_at timestamp with time zone,
  decided_by text,
  PRIMARY KEY (workspace_id, review_id),
  CHECK ((kind = ANY (ARRAY['NAME'::text, 'NETWORK'::text, 'DOMAIN'::text]))),
  CHECK ((status = ANY (ARRAY['OPEN'::text, 'ACCEPTED'::text, 'REJECTED'::text]))),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
CREATE INDEX match_review_by_account ON match_review USING btree (workspace_id, account_id);
CREATE INDEX match_review_by_value ON match_review USING btree (workspace_id, value);
CREATE INDEX match_review_open ON match_review USING btree (workspace_id, confidence, review_id) WHERE (status = 'OPEN'::text);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE merge_log (
  workspace_id uuid NOT NULL,
  merge_id uuid NOT NULL,
  account_id uuid NOT NULL,
  into_id uuid NOT NULL,
  merged_at timestamp with time zone NOT NULL,
  unmerged_at timestamp with time zone,
  PRIMARY KEY (workspace_id, merge_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, into_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
CREATE INDEX merge_log_by_account ON merge_log USING btree (workspace_id, account_id);
CREATE INDEX merge_log_by_into ON merge_log USING btree (workspace_id, into_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE merged_signal (
  workspace_id uuid NOT NULL,
  signal_id uuid NOT NULL,
  account_id uuid,
  method text,
  confidence double precision NOT NULL,
  evidence text[] NOT NULL,
  unplaced text,
  PRIMARY KEY (workspace_id, signal_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX merged_signal_by_account ON merged_signal USING btree (workspace_id, account_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE outcome (
  workspace_id uuid NOT NULL,
  outcome_id uuid NOT NULL,
  account_id uuid NOT NULL,
  external_id text NOT NULL,
  type text NOT NULL,
  occurred_at timestamp with time zone NOT NULL,
  received_at timestamp with time zone NOT NULL,
  amount double precision,
  reason text,
  batch_id uuid,
  home_id uuid,
  PRIMARY KEY (workspace_id, outcome_id),
  CHECK ((type = ANY (ARRAY['OPPORTUNITY_OPENED'::text, 'WON'::text, 'LOST'::text, 'REJECTED_BY_SALES'::text]))),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
CREATE INDEX outcome_by_account ON outcome USING btree (workspace_id, account_id, occurred_at);
CREATE INDEX outcome_by_home ON outcome USING btree (workspace_id, home_id) WHERE (home_id IS NOT NULL);
CREATE INDEX outcome_by_type ON outcome USING btree (workspace_id, type, occurred_at);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE parent_change (
  workspace_id uuid NOT NULL,
  account_id uuid NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  parent_id uuid,
  batch_id uuid,
  PRIMARY KEY (workspace_id, account_id, changed_at),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
CREATE INDEX parent_change_by_batch ON parent_change USING btree (workspace_id, batch_id) WHERE (batch_id IS NOT NULL);
CREATE INDEX parent_change_by_parent ON parent_change USING btree (workspace_id, parent_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE person (
  workspace_id uuid NOT NULL,
  person_id uuid NOT NULL,
  account_id uuid,
  email text,
  name text,
  title text,
  phone text,
  linkedin text,
  lead_status text NOT NULL DEFAULT 'LEAD'::text,
  origin text NOT NULL,
  batch_id uuid,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  home_id uuid,
  buying_role text,
  PRIMARY KEY (workspace_id, person_id),
  CHECK ((lead_status = ANY (ARRAY['LEAD'::text, 'MQL'::text, 'SAL'::text, 'SQL'::text, 'OPPORTUNITY'::text, 'CUSTOMER'::text, 'DISQUALIFIED'::text]))),
  CHECK ((origin = ANY (ARRAY['IMPORTED'::text, 'DISCOVERED'::text]))),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id)
);
CREATE INDEX person_by_account ON person USING btree (workspace_id, account_id, person_id);
CREATE INDEX person_by_home ON person USING btree (workspace_id, home_id) WHERE (home_id IS NOT NULL);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE person_identity (
  workspace_id uuid NOT NULL,
  key text NOT NULL,
  person_id uuid NOT NULL,
  PRIMARY KEY (workspace_id, key),
  FOREIGN KEY (workspace_id, person_id) REFERENCES person(workspace_id, person_id) ON DELETE CASCADE
);
CREATE INDEX person_identity_by_person ON person_identity USING btree (workspace_id, person_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE pre_mql_flag (
  workspace_id uuid NOT NULL,
  flag_id uuid NOT NULL,
  account_id uuid NOT NULL,
  person_id uuid,
  subject_id uuid NOT NULL,
  rule text NOT NULL,
  confidence double precision NOT NULL,
  reason text NOT NULL,
  evidence jsonb NOT NULL,
  signal_ids uuid[] NOT NULL,
  model_version integer NOT NULL,
  raised_at timestamp with time zone NOT NULL,
  expired_at timestamp with time zone,
  accepted boolean,
  answered_at timestamp with time zone,
  answered_by text,
  answer_reason text,
  status text NOT NULL,
  closed_at timestamp with time zone,
  PRIMARY KEY (workspace_id, flag_id),
  CHECK ((status = ANY (ARRAY['OPEN'::text, 'ACCEPTED'::text, 'REJECTED'::text, 'EXPIRED'::text, 'CONVERTED'::text]))),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, person_id) REFERENCES person(workspace_id, person_id) ON DELETE CASCADE
);
CREATE INDEX pre_mql_flag_by_account ON pre_mql_flag USING btree (workspace_id, account_id);
CREATE INDEX pre_mql_flag_by_person ON pre_mql_flag USING btree (workspace_id, person_id) WHERE (person_id IS NOT NULL);
CREATE INDEX pre_mql_flag_by_time ON pre_mql_flag USING btree (workspace_id, raised_at, flag_id);
CREATE UNIQUE INDEX pre_mql_flag_open ON pre_mql_flag USING btree (workspace_id, subject_id, rule) WHERE (status = 'OPEN'::text);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE rescore_request (
  workspace_id uuid NOT NULL,
  request_id uuid NOT NULL,
  account_id uuid NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  of_timeline boolean NOT NULL DEFAULT true,
  PRIMARY KEY (workspace_id, account_id, request_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE score_history (
  workspace_id uuid NOT NULL,
  account_id uuid NOT NULL,
  day date NOT NULL,
  heat double precision NOT NULL,
  raw double precision NOT NULL,
  qualification double precision NOT NULL,
  stage text NOT NULL,
  model_version integer NOT NULL,
  PRIMARY KEY (workspace_id, account_id, day),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE scoring_model (
  workspace_id uuid NOT NULL,
  version integer NOT NULL,
  document jsonb NOT NULL,
  note text NOT NULL,
  active boolean NOT NULL,
  created_at timestamp with time zone NOT NULL,
  shadow boolean NOT NULL DEFAULT false,
  PRIMARY KEY (workspace_id, version),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE scoring_model_activation (
  workspace_id uuid NOT NULL,
  seq integer NOT NULL,
  version integer NOT NULL,
  action text NOT NULL,
  note text NOT NULL,
  activated_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, seq),
  CHECK ((action = ANY (ARRAY['APPLY'::text, 'PROMOTE'::text, 'ROLLBACK'::text]))),
  FOREIGN KEY (workspace_id, version) REFERENCES scoring_model(workspace_id, version) ON DELETE CASCADE
);
CREATE INDEX scoring_model_activation_by_version ON scoring_model_activation USING btree (workspace_id, version);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE signal (
  workspace_id uuid NOT NULL,
  signal_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  source text NOT NULL,
  external_id text NOT NULL,
  kind text NOT NULL,
  occurred_at timestamp with time zone NOT NULL,
  received_at timestamp with time zone NOT NULL,
  strength double precision NOT NULL,
  sentiment double precision,
  account_id uuid,
  person_id uuid,
  anonymous_id text,
  method text,
  confidence double precision NOT NULL,
  evidence text[] NOT NULL,
  unplaced text,
  topics text[] NOT NULL,
  origin text,
  url text,
  title text,
  clues jsonb NOT NULL,
  attributes jsonb,
  told_topics text[],
  PRIMARY KEY (workspace_id, signal_id)
) PARTITION BY RANGE (signal_id);
CREATE INDEX signal_by_account ON ONLY signal USING btree (workspace_id, account_id, signal_id) WHERE (account_id IS NOT NULL);
CREATE INDEX signal_by_visitor ON ONLY signal USING btree (workspace_id, anonymous_id, signal_id) WHERE (anonymous_id IS NOT NULL);
CREATE INDEX signal_of_form ON ONLY signal USING btree (workspace_id, account_id, signal_id) WHERE (kind = ANY (ARRAY['content.form'::text, 'content.demo_request'::text, 'content.assessment'::text]));
CREATE INDEX signal_waiting ON ONLY signal USING btree (workspace_id, signal_id) WHERE (account_id IS NULL);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE signal_move (
  workspace_id uuid NOT NULL,
  signal_id uuid NOT NULL,
  moved_at timestamp with time zone NOT NULL,
  account_id uuid,
  person_id uuid,
  method text,
  confidence double precision NOT NULL,
  batch_id uuid,
  PRIMARY KEY (workspace_id, signal_id, moved_at)
);
CREATE INDEX signal_move_by_account ON signal_move USING btree (workspace_id, account_id, signal_id);
CREATE INDEX signal_move_by_batch ON signal_move USING btree (workspace_id, batch_id) WHERE (batch_id IS NOT NULL);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE solution (
  workspace_id uuid NOT NULL,
  solution_id uuid NOT NULL,
  name text NOT NULL,
  topics text[] NOT NULL,
  clusters text[] NOT NULL,
  content jsonb NOT NULL,
  template jsonb,
  usual boolean NOT NULL,
  declared_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, solution_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE source_state (
  workspace_id uuid NOT NULL,
  source text NOT NULL,
  cursor jsonb,
  polled_at timestamp with time zone,
  error text,
  PRIMARY KEY (workspace_id, source),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE stage_change (
  workspace_id uuid NOT NULL,
  account_id uuid NOT NULL,
  day date NOT NULL,
  from_stage text NOT NULL,
  to_stage text NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (workspace_id, account_id, day),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account_score(workspace_id, account_id) ON DELETE CASCADE
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE surge (
  workspace_id uuid NOT NULL,
  surge_id uuid NOT NULL,
  account_id uuid NOT NULL,
  about text NOT NULL,
  name text NOT NULL,
  score double precision NOT NULL,
  status text NOT NULL,
  observed double precision NOT NULL,
  expected double precision NOT NULL,
  lift double precision,
  p_value double precision NOT NULL,
  actors integer NOT NULL,
  sources text[] NOT NULL,
  since date,
  vendor jsonb,
  PRIMARY KEY (workspace_id, surge_id),
  CHECK ((about = ANY (ARRAY['ACCOUNT'::text, 'TOPIC'::text, 'CLUSTER'::text]))),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
CREATE INDEX surge_by_account ON surge USING btree (workspace_id, account_id, about, name);
CREATE INDEX surge_by_name ON surge USING btree (workspace_id, about, name, score);
CREATE INDEX surge_by_score ON surge USING btree (workspace_id, score, surge_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE surge_history (
  workspace_id uuid NOT NULL,
  account_id uuid NOT NULL,
  about text NOT NULL,
  name text NOT NULL,
  day date NOT NULL,
  score double precision NOT NULL,
  status text NOT NULL,
  PRIMARY KEY (workspace_id, account_id, about, name, day),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account(workspace_id, account_id) ON DELETE CASCADE
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE surge_pass (
  workspace_id uuid NOT NULL,
  computed_for date NOT NULL,
  computed_at timestamp with time zone NOT NULL,
  model_version integer NOT NULL,
  restate_from date,
  PRIMARY KEY (workspace_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE timeline_change (
  workspace_id uuid NOT NULL,
  account_id uuid NOT NULL,
  changed_in xid8 NOT NULL,
  PRIMARY KEY (workspace_id, account_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE topic (
  workspace_id uuid NOT NULL,
  name text NOT NULL,
  batch_id uuid NOT NULL,
  aliases text[] NOT NULL,
  declared_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, name, batch_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE topic_rule (
  workspace_id uuid NOT NULL,
  rule_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  topic text NOT NULL,
  url_pattern text,
  title_pattern text,
  declared_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, rule_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE topic_state (
  workspace_id uuid NOT NULL,
  version uuid NOT NULL,
  applied uuid,
  applying uuid,
  reached uuid,
  PRIMARY KEY (workspace_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE visitor_key (
  workspace_id uuid NOT NULL,
  day date NOT NULL,
  key bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, day),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE visitor_link (
  workspace_id uuid NOT NULL,
  anonymous_id text NOT NULL,
  person_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  PRIMARY KEY (workspace_id, anonymous_id, person_id, batch_id),
  FOREIGN KEY (workspace_id, person_id) REFERENCES person(workspace_id, person_id) ON DELETE CASCADE
);
CREATE INDEX visitor_link_by_batch ON visitor_link USING btree (workspace_id, batch_id);
CREATE INDEX visitor_link_by_person ON visitor_link USING btree (workspace_id, person_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE waiting_clue (
  workspace_id uuid NOT NULL,
  clue text NOT NULL,
  signal_id uuid NOT NULL,
  PRIMARY KEY (workspace_id, clue, signal_id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id)
);
CREATE INDEX waiting_clue_by_signal ON waiting_clue USING btree (workspace_id, signal_id);
-- row-level security: ENABLE, FORCE
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));

CREATE TABLE workspace (
  workspace_id uuid NOT NULL,
  slug text NOT NULL,
  name text NOT NULL,
  profile jsonb NOT NULL DEFAULT '{}'::jsonb,
  secret bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  privacy_version bigint NOT NULL DEFAULT 0,
  placed_by text,
  placed_after uuid,
  PRIMARY KEY (workspace_id)
);
-- row-level security: ENABLE, FORCE
CREATE POLICY list_for_operator FOR SELECT USING ((current_setting('undercurrent.operator'::text, true) = 'on'::text));
CREATE POLICY own_workspace FOR ALL USING ((workspace_id = ( SELECT (NULLIF(current_setting('undercurrent.workspace'::text, true), ''::text))::uuid AS "nullif")));
