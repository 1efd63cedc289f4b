-- The foundation. Rules kept by every table (a test enforces them), so that the schema runs on Citus unchanged:
-- workspace_id first in every key, foreign key and index; ids made by the application; no triggers, no identity
-- columns; row-level security bound to the setting `undercurrent.workspace`.

CREATE TABLE workspace (
  workspace_id uuid PRIMARY KEY,          -- derived from the slug, so the key makes the slug unique
  slug text NOT NULL,
  name text NOT NULL,
  profile jsonb NOT NULL DEFAULT '{}',    -- brand, products, competitors, domains, page rules (core/signal.ts)
  secret bytea NOT NULL,                  -- keys the fingerprints of things that must not be guessed back
  created_at timestamptz NOT NULL
);

CREATE TABLE api_key (
  workspace_id uuid NOT NULL REFERENCES workspace,
  key_id uuid NOT NULL,
  key_hash bytea NOT NULL,                -- SHA-256; the key itself is shown once and never stored
  name text NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (workspace_id, key_id),
  UNIQUE (workspace_id, key_hash)
);

-- One upload, one poll or one day of pushes of one source: what `undo` takes back.
CREATE TABLE batch (
  workspace_id uuid NOT NULL REFERENCES workspace,
  batch_id uuid NOT NULL,
  source text NOT NULL,
  transport text NOT NULL CHECK (transport IN ('file', 'push', 'poll', 'import', 'sample')),
  label text,                             -- file name, `sample`, the day of a push
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  received bigint NOT NULL DEFAULT 0,
  accepted bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  skipped jsonb NOT NULL DEFAULT '{}',    -- reason → count
  error text,                             -- why it ended early
  undone_at timestamptz,
  PRIMARY KEY (workspace_id, batch_id)
);
CREATE INDEX batch_by_source ON batch (workspace_id, source, started_at DESC);

CREATE TABLE account (
  workspace_id uuid NOT NULL REFERENCES workspace,
  account_id uuid NOT NULL,
  domain text,                            -- the main one; null while none is known
  name text NOT NULL,
  name_key text NOT NULL,                 -- normal form of the name
  industry text,
  employees bigint,
  revenue double precision,
  country text,
  city text,
  technologies text[] NOT NULL DEFAULT '{}',
  tier text,                              -- which target list; null: on none
  owner text,
  crm_id text,
  origin text NOT NULL CHECK (origin IN ('IMPORTED', 'DISCOVERED')),
  batch_id uuid,                          -- the import that made it
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, account_id)
);
CREATE INDEX account_by_name ON account (workspace_id, name, account_id);
CREATE INDEX account_by_name_key ON account (workspace_id, name_key);
CREATE INDEX account_by_crm_id ON account (workspace_id, crm_id) WHERE crm_id IS NOT NULL;

CREATE TABLE account_domain (
  workspace_id uuid NOT NULL,
  domain text NOT NULL,
  account_id uuid NOT NULL,
  PRIMARY KEY (workspace_id, domain),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX account_domain_by_account ON account_domain (workspace_id, account_id);

CREATE TABLE person (
  workspace_id uuid NOT NULL REFERENCES workspace,
  person_id uuid NOT NULL,
  account_id uuid,
  email text,
  name text,
  title text,
  phone text,
  linkedin text,
  lead_status text NOT NULL DEFAULT 'LEAD'
    CHECK (lead_status IN ('LEAD', 'MQL', 'SAL', 'SQL', 'OPPORTUNITY', 'CUSTOMER', 'DISQUALIFIED')),
  origin text NOT NULL CHECK (origin IN ('IMPORTED', 'DISCOVERED')),
  batch_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, person_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account
);
CREATE INDEX person_by_account ON person (workspace_id, account_id, person_id);

-- What names a person: `email:<sha-256>` or `user:<id>`. A key belongs to one person for good.
CREATE TABLE person_identity (
  workspace_id uuid NOT NULL,
  key text NOT NULL,
  person_id uuid NOT NULL,
  PRIMARY KEY (workspace_id, key),
  FOREIGN KEY (workspace_id, person_id) REFERENCES person ON DELETE CASCADE
);
CREATE INDEX person_identity_by_person ON person_identity (workspace_id, person_id);

-- Evidence that a visitor is a person, one row per batch that says so: undoing a batch takes back only its word.
CREATE TABLE visitor_link (
  workspace_id uuid NOT NULL,
  anonymous_id text NOT NULL,
  person_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, anonymous_id, person_id, batch_id),
  FOREIGN KEY (workspace_id, person_id) REFERENCES person ON DELETE CASCADE
);
CREATE INDEX visitor_link_by_person ON visitor_link (workspace_id, person_id);
CREATE INDEX visitor_link_by_batch ON visitor_link (workspace_id, batch_id);

-- Random key of one UTC day that makes ids of cookieless visitors; deleted within 48 h of being made.
CREATE TABLE visitor_key (
  workspace_id uuid NOT NULL REFERENCES workspace,
  day date NOT NULL,
  key bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, day)
);

-- The timeline. The id is made of the event's own time and a hash of (workspace, source, external id): the primary
-- key is the idempotence constraint, the time order and the partition key at once. Partitions are made by the
-- application as months appear (store/timeline.ts).
CREATE TABLE signal (
  workspace_id uuid NOT NULL,
  signal_id uuid NOT NULL,
  batch_id uuid NOT NULL,
  source text NOT NULL,
  external_id text NOT NULL,
  kind text NOT NULL,
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  strength double precision NOT NULL,
  sentiment double precision,
  account_id uuid,                        -- null: not placed, and `unplaced` says why
  person_id uuid,
  anonymous_id text,
  method text,
  confidence double precision NOT NULL,
  evidence text[] NOT NULL,
  unplaced text,
  topics text[] NOT NULL,
  origin text,                            -- of signals with one origin only the strongest counts
  url text,
  title text,
  clues jsonb NOT NULL,                   -- what it may be placed by again; never an IP, never an e-mail address
  attributes jsonb,
  PRIMARY KEY (workspace_id, signal_id)
) PARTITION BY RANGE (signal_id);
CREATE INDEX signal_by_account ON signal (workspace_id, account_id, signal_id) WHERE account_id IS NOT NULL;
CREATE INDEX signal_by_visitor ON signal (workspace_id, anonymous_id, signal_id) WHERE anonymous_id IS NOT NULL;

CREATE INDEX signal_waiting ON signal (workspace_id, signal_id) WHERE account_id IS NULL;

-- When a message that carries no time of its own was first seen: its retry must make the same id.
CREATE TABLE first_arrival (
  workspace_id uuid NOT NULL REFERENCES workspace,
  source text NOT NULL,
  external_id text NOT NULL,
  arrived_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, source, external_id)
);

-- Where a signal was before it moved (stitching, undo, merges): replay of an earlier day reads it back.
CREATE TABLE signal_move (
  workspace_id uuid NOT NULL,
  signal_id uuid NOT NULL,
  moved_at timestamptz NOT NULL,
  account_id uuid,
  person_id uuid,
  method text,
  confidence double precision NOT NULL,
  PRIMARY KEY (workspace_id, signal_id, moved_at)
);
CREATE INDEX signal_move_by_account ON signal_move (workspace_id, account_id, signal_id);

CREATE TABLE dead_letter (
  workspace_id uuid NOT NULL,
  dead_letter_id uuid NOT NULL,           -- hash of source and content: the same bad record is kept once
  batch_id uuid NOT NULL,
  source text NOT NULL,
  place text NOT NULL,                    -- `line 17`, `batch[3]`
  code text NOT NULL,
  reason text NOT NULL,
  hint text NOT NULL,
  file_name text,
  raw bytea NOT NULL,                     -- JSON of the record where it could be read, else the bytes as they came
  parsed boolean NOT NULL,                -- whether `raw` is JSON of the record
  received_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, dead_letter_id)
);
CREATE INDEX dead_letter_by_batch ON dead_letter (workspace_id, batch_id);
CREATE INDEX dead_letter_by_source ON dead_letter (workspace_id, source, received_at);

CREATE TABLE source_state (
  workspace_id uuid NOT NULL REFERENCES workspace,
  source text NOT NULL,
  cursor jsonb,
  polled_at timestamptz,
  error text,
  PRIMARY KEY (workspace_id, source)
);

CREATE TABLE scoring_model (
  workspace_id uuid NOT NULL REFERENCES workspace,
  version integer NOT NULL,
  document jsonb NOT NULL,
  note text NOT NULL,
  active boolean NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, version)
);

-- Accounts whose signals, facts or model changed since they were scored. Append-only: ingest never waits for scoring.
CREATE TABLE rescore_request (
  workspace_id uuid NOT NULL,
  request_id uuid NOT NULL,
  account_id uuid NOT NULL,
  requested_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, account_id, request_id)
);

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
  detail jsonb NOT NULL,                  -- strongest contributions, reasons and fit parts
  actors integer NOT NULL,
  last_activity_at timestamptz,
  model_version integer NOT NULL,
  scored_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, account_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX account_score_by_heat ON account_score (workspace_id, heat, account_id);
CREATE INDEX account_score_by_fit ON account_score (workspace_id, fit, account_id);
CREATE INDEX account_score_by_qualification ON account_score (workspace_id, qualification, account_id);
CREATE INDEX account_score_by_trend ON account_score (workspace_id, trend_7d, account_id);
CREATE INDEX account_score_by_activity ON account_score (workspace_id, last_activity_at, account_id);

-- One row per account and UTC day on which the score differed from the day before.
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
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE
);

-- What the CRM says happened in the end.
CREATE TABLE outcome (
  workspace_id uuid NOT NULL,
  outcome_id uuid NOT NULL,
  account_id uuid NOT NULL,
  external_id text NOT NULL,
  type text NOT NULL CHECK (type IN ('OPPORTUNITY_OPENED', 'WON', 'LOST', 'REJECTED_BY_SALES')),
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  amount double precision,
  reason text,
  batch_id uuid,
  PRIMARY KEY (workspace_id, outcome_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX outcome_by_account ON outcome (workspace_id, account_id, occurred_at);

-- One digest for one recipient; claimed before it is sent, so that two instances never send the same twice.
CREATE TABLE digest (
  workspace_id uuid NOT NULL REFERENCES workspace,
  digest_id uuid NOT NULL,
  recipient text NOT NULL,
  since timestamptz,
  until timestamptz NOT NULL,
  entries jsonb NOT NULL,
  sent_at timestamptz,
  error text,
  PRIMARY KEY (workspace_id, digest_id)
);
CREATE INDEX digest_by_recipient ON digest (workspace_id, recipient, until DESC);

-- The heat a recipient was last told of an account.
CREATE TABLE digest_told (
  workspace_id uuid NOT NULL,
  recipient text NOT NULL,
  account_id uuid NOT NULL,
  heat double precision NOT NULL,
  told_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, recipient, account_id),
  FOREIGN KEY (workspace_id, account_id) REFERENCES account ON DELETE CASCADE
);
CREATE INDEX digest_told_by_account ON digest_told (workspace_id, account_id);

-- Row-level security: without the setting nothing is seen, with it one workspace only; owners are bound too.
DO $$
DECLARE
  name text;
BEGIN
  FOR name IN
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attname = 'workspace_id' AND NOT a.attisdropped
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY own_workspace ON %I USING (workspace_id = (SELECT nullif(current_setting(''undercurrent.workspace'', true), '''')::uuid))',
      name);
  END LOOP;
END
$$;

-- Jobs that walk over all workspaces (nightly scoring, polls) see their list, and nothing else of them.
CREATE POLICY list_for_operator ON workspace FOR SELECT
  USING (current_setting('undercurrent.operator', true) = 'on');
