/** Tables of topics, surges and buying groups; see tables.ts. */
import type { Json } from './tables.ts';

export interface TopicTables {
  topic: { workspace_id: string; name: string; batch_id: string; aliases: string[]; declared_at: Date };
  cluster_topic: {
    workspace_id: string;
    cluster: string;
    topic: string;
    batch_id: string;
    weight: number;
    declared_at: Date;
  };
  topic_rule: {
    workspace_id: string;
    rule_id: string;
    batch_id: string;
    topic: string;
    url_pattern: string | null;
    title_pattern: string | null;
    declared_at: Date;
  };
  topic_state: {
    workspace_id: string;
    version: string;
    applied: string | null;
    applying: string | null;
    reached: string | null;
  };
  surge: {
    workspace_id: string;
    surge_id: string;
    account_id: string;
    about: string;
    name: string;
    score: number;
    status: string;
    observed: number;
    expected: number;
    lift: number | null;
    p_value: number;
    actors: number;
    sources: string[];
    since: string | null;
    vendor: Json<Record<string, number> | null>;
  };
  surge_history: {
    workspace_id: string;
    account_id: string;
    about: string;
    name: string;
    day: string;
    score: number;
    status: string;
  };
  surge_pass: {
    workspace_id: string;
    computed_for: string;
    computed_at: Date;
    model_version: number;
    restate_from: string | null;
  };
  solution: {
    workspace_id: string;
    solution_id: string;
    name: string;
    topics: string[];
    clusters: string[];
    content: Json;
    template: Json<unknown[] | null>;
    usual: boolean;
    declared_at: Date;
  };
  buying_group: {
    workspace_id: string;
    group_id: string;
    account_id: string;
    solution_id: string;
    score: number;
    completeness: number;
    coverage: number;
    engagement: number;
    status: string;
    size: number;
    missing: string[];
    parts: Json;
    champion_id: string | null;
    blocker_id: string | null;
    last_activity_at: Date | null;
    model_version: number;
  };
  buying_group_member: {
    workspace_id: string;
    group_id: string;
    person_id: string;
    role: string;
    confidence: number;
    source: string;
    status: string;
    points: number;
    engagement: number;
    last_active_at: Date | null;
  };
  buying_role: {
    workspace_id: string;
    solution_id: string;
    person_id: string;
    home_id: string;
    role: string;
    given_at: Date;
  };
}
