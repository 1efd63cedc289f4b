/** The tables as the query builder sees them; a test compares the columns with the migrated schema. */
import type { ColumnType } from 'kysely';

type Json<T = unknown> = ColumnType<T, string, string>;
/** Has a default in the database. */
type Defaulted<T> = ColumnType<T, T | undefined, T>;

export interface Tables {
  workspace: {
    workspace_id: string;
    slug: string;
    name: string;
    profile: Json;
    secret: Buffer;
    created_at: Date;
  };
  api_key: {
    workspace_id: string;
    key_id: string;
    key_hash: Buffer;
    name: string;
    scopes: string[];
    created_at: Date;
    last_used_at: Date | null;
    revoked_at: Date | null;
  };
  batch: {
    workspace_id: string;
    batch_id: string;
    source: string;
    transport: string;
    label: string | null;
    started_at: Date;
    finished_at: Date | null;
    received: Defaulted<number>;
    accepted: Defaulted<number>;
    duplicates: Defaulted<number>;
    rejected: Defaulted<number>;
    skipped: ColumnType<Record<string, number>, string | undefined, string>;
    error: string | null;
    undone_at: Date | null;
  };
  account: {
    workspace_id: string;
    account_id: string;
    domain: string | null;
    name: string;
    name_key: string;
    industry: string | null;
    employees: number | null;
    revenue: number | null;
    country: string | null;
    city: string | null;
    technologies: Defaulted<string[]>;
    tier: string | null;
    owner: string | null;
    crm_id: string | null;
    origin: string;
    batch_id: string | null;
    merged_into: string | null;
    survivor_id: string | null;
    filled: Defaulted<string[]>;
    parent_id: string | null;
    created_at: Date;
    updated_at: Date;
  };
  account_domain: { workspace_id: string; domain: string; account_id: string };
  person: {
    workspace_id: string;
    person_id: string;
    account_id: string | null;
    home_id: string | null;
    email: string | null;
    name: string | null;
    title: string | null;
    phone: string | null;
    linkedin: string | null;
    lead_status: Defaulted<string>;
    origin: string;
    batch_id: string | null;
    created_at: Date;
    updated_at: Date;
  };
  person_identity: { workspace_id: string; key: string; person_id: string };
  visitor_link: { workspace_id: string; anonymous_id: string; person_id: string; batch_id: string; at: Date };
  visitor_key: { workspace_id: string; day: string; key: Buffer; created_at: Date };
  claim: {
    workspace_id: string;
    subject_id: string;
    batch_id: string;
    about: string;
    imported: boolean;
    facts: Json;
    keys: string[];
    domains: string[];
  };
  signal: {
    workspace_id: string;
    signal_id: string;
    batch_id: string;
    source: string;
    external_id: string;
    kind: string;
    occurred_at: Date;
    received_at: Date;
    strength: number;
    sentiment: number | null;
    account_id: string | null;
    person_id: string | null;
    anonymous_id: string | null;
    method: string | null;
    confidence: number;
    evidence: string[];
    unplaced: string | null;
    topics: string[];
    origin: string | null;
    url: string | null;
    title: string | null;
    clues: Json;
    attributes: Json<Record<string, unknown> | null>;
  };
  first_arrival: { workspace_id: string; source: string; external_id: string; arrived_at: Date };
  signal_move: {
    workspace_id: string;
    signal_id: string;
    moved_at: Date;
    account_id: string | null;
    person_id: string | null;
    method: string | null;
    confidence: number;
  };
  dead_letter: {
    workspace_id: string;
    dead_letter_id: string;
    batch_id: string;
    source: string;
    place: string;
    code: string;
    reason: string;
    hint: string;
    file_name: string | null;
    raw: Buffer;
    parsed: boolean;
    received_at: Date;
  };
  source_state: {
    workspace_id: string;
    source: string;
    cursor: Json;
    polled_at: Date | null;
    error: string | null;
  };
  scoring_model: {
    workspace_id: string;
    version: number;
    document: Json;
    note: string;
    active: boolean;
    created_at: Date;
  };
  rescore_request: { workspace_id: string; request_id: string; account_id: string; requested_at: Date };
  account_score: {
    workspace_id: string;
    account_id: string;
    heat: number;
    raw: number;
    band: string;
    trend_7d: number;
    fit: number;
    coverage: number;
    disqualified_by: string | null;
    qualification: number;
    qualification_tier: string;
    qualification_reason: string;
    stage: string;
    stage_reason: string;
    detail: Json;
    actors: number;
    last_activity_at: Date | null;
    model_version: number;
    scored_at: Date;
  };
  score_history: {
    workspace_id: string;
    account_id: string;
    day: string;
    heat: number;
    raw: number;
    qualification: number;
    stage: string;
    model_version: number;
  };
  outcome: {
    workspace_id: string;
    outcome_id: string;
    account_id: string;
    external_id: string;
    type: string;
    occurred_at: Date;
    received_at: Date;
    amount: number | null;
    reason: string | null;
    batch_id: string | null;
    home_id: string | null;
  };
  merge_log: {
    workspace_id: string;
    merge_id: string;
    account_id: string;
    into_id: string;
    merged_at: Date;
    unmerged_at: Date | null;
  };
  merged_signal: {
    workspace_id: string;
    signal_id: string;
    account_id: string | null;
    method: string | null;
    confidence: number;
    evidence: string[];
    unplaced: string | null;
  };
  account_edge: {
    workspace_id: string;
    child_id: string;
    parent_id: string | null;
    provenance: string;
    since: Date;
  };
  duplicate_dismissal: { workspace_id: string; low_id: string; high_id: string; dismissed_at: Date };
  digest: {
    workspace_id: string;
    digest_id: string;
    recipient: string;
    since: Date | null;
    until: Date;
    entries: Json;
    sent_at: Date | null;
    error: string | null;
  };
  digest_told: {
    workspace_id: string;
    recipient: string;
    account_id: string;
    heat: number;
    told_at: Date;
  };
}
