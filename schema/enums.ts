/** Enums: capitals outside, the words of the code inside. */
import type { MATCH_METHODS, MatchMethod } from '../src/core/identity/match.ts';
import type { HeatBand } from '../src/core/scoring/heat.ts';
import type { QualificationTier } from '../src/core/scoring/qualification.ts';
import type { StageName } from '../src/core/scoring/stage.ts';
import type { SurgeStatus } from '../src/core/scoring/surge.ts';
import { type Family, KINDS, SIGNAL_KINDS, type SignalKind } from '../src/core/signal.ts';
import type { LEAD_STATUSES } from '../src/flow/upsert.ts';
import type { AccountOrder } from '../src/store/accounts.ts';
import type { Transport as BatchTransport } from '../src/store/batches.ts';
import type { Scope } from '../src/store/keys.ts';
import type { OutcomeType } from '../src/store/outcomes.ts';
import type { SurgeSubject } from '../src/store/surges.ts';
import { builder } from './builder.ts';

type Values<T extends string> = { [K in T]: { value: K; description: string } };

/** `site.pricing_view` → `SITE_PRICING_VIEW`. */
const constant = (value: string): string => value.replace(/\W/g, '_').toUpperCase();

function enumOf<T extends string>(name: string, description: string, meanings: Record<T, string>) {
  const values = Object.fromEntries(
    (Object.keys(meanings) as T[]).map((value) => [constant(value), { value, description: meanings[value] }]),
  ) as Values<T>;
  return builder.enumType(name, { description, values });
}

export const SignalKindEnum = enumOf<SignalKind>(
  'SignalKind',
  'What happened.',
  Object.fromEntries(SIGNAL_KINDS.map((kind) => [kind, `Somebody ${KINDS[kind].phrase}.`])) as Record<
    SignalKind,
    string
  >,
);

export const SignalFamilyEnum = enumOf<Family>('SignalFamily', 'The group a kind of signal belongs to.', {
  THIRD_PARTY_INTENT: 'Research elsewhere, as intent feeds and review sites report it.',
  SOCIAL: 'Talk in public.',
  CONTENT: 'Content of ours consumed.',
  SITE_VISIT: 'Pages of ours visited.',
  EMAIL: 'What became of our e-mails.',
  EVENT: 'Webinars and trade shows.',
  CRM: 'What sales and campaigns recorded.',
  PRODUCT: 'Trials and use of the product.',
});

const METHODS: Record<MatchMethod, string> = {
  CRM_ID: 'The id of the account in the CRM.',
  EMAIL: 'The domain of an e-mail address.',
  DOMAIN: 'A domain the source named.',
  LINKEDIN: 'The page of the company on LinkedIn.',
  KNOWN_PERSON: 'A person we know, at the account they belong to.',
  KNOWN_VISITOR: 'A browser or device that a known person used.',
  COMPANY_NAME: 'The name of a company.',
  IP: 'The organisation behind a network address.',
};
export const MatchMethodEnum = enumOf<(typeof MATCH_METHODS)[number]>(
  'MatchMethod',
  'How a signal was matched to its account.',
  METHODS,
);

export const HeatBandEnum = enumOf<HeatBand>(
  'HeatBand',
  'Heat in words; the limits are in the scoring model.',
  {
    COLD: 'Below 20 in the default model.',
    WARM: 'From 20 in the default model.',
    HOT: 'From 50 in the default model.',
    ON_FIRE: 'From 80 in the default model.',
  },
);

export const QualificationTierEnum = enumOf<QualificationTier>(
  'QualificationTier',
  'Fit and heat combined, in words; the limits are in the scoring model.',
  {
    HOT: 'From 80 in the default model.',
    WARM: 'From 60 in the default model.',
    COLD: 'From 40 in the default model.',
    DISQUALIFIED: 'Below that, or shut out by a gate.',
  },
);

export const StageEnum = enumOf<StageName>('Stage', 'Where an account stands.', {
  TARGET: 'Nothing much heard of it yet.',
  AWARENESS: 'It has begun to look around.',
  CONSIDERATION: 'It is weighing up.',
  DECISION: 'It does what is done shortly before buying.',
  PURCHASE: 'It has an open opportunity in the CRM.',
  CUSTOMER: 'It has bought.',
});

export const OriginEnum = enumOf<'IMPORTED' | 'DISCOVERED'>('Origin', 'How we came to know an account.', {
  IMPORTED: 'Somebody gave it to us.',
  DISCOVERED: 'A signal named a domain that belonged to nobody.',
});

export const LeadStatusEnum = enumOf<(typeof LEAD_STATUSES)[number]>(
  'LeadStatus',
  'How far a person has come.',
  {
    LEAD: 'Known, no more.',
    MQL: 'Qualified by marketing.',
    SAL: 'Accepted by sales.',
    SQL: 'Qualified by sales.',
    OPPORTUNITY: 'Part of an opportunity.',
    CUSTOMER: 'At a customer.',
    DISQUALIFIED: 'Ruled out.',
  },
);

export const OutcomeTypeEnum = enumOf<OutcomeType>('OutcomeType', 'What the CRM says happened in the end.', {
  OPPORTUNITY_OPENED: 'An opportunity was opened.',
  WON: 'It was won.',
  LOST: 'It was lost.',
  REJECTED_BY_SALES: 'Sales turned the account down.',
});

export const TransportEnum = enumOf<BatchTransport>('Transport', 'How signals come from a source.', {
  file: 'A file, uploaded or piped in.',
  push: 'Sent to us as it happens.',
  poll: 'Fetched by us on a schedule.',
  import: 'A list of accounts, people or outcomes.',
  sample: 'The bundled sample.',
});

export const ApiScopeEnum = enumOf<Scope>('ApiScope', 'What a key may do.', {
  ingest: 'Send signals, and nothing else: it may sit in a browser.',
  read: 'Ask anything but for keys.',
  write: 'Change accounts, people and outcomes, and undo batches.',
  admin: 'Everything, keys included.',
});

export const AccountOrderFieldEnum = enumOf<AccountOrder>(
  'AccountOrderField',
  'What accounts are ordered by.',
  {
    HEAT: 'Heat.',
    SURGE: 'Surge of the account as a whole.',
    FIT: 'Fit.',
    QUALIFICATION: 'Qualification.',
    TREND: 'Heat now less heat a week ago.',
    NAME: 'Name, by code point.',
    LAST_ACTIVITY: 'The last signal that counted; accounts without one come last when descending.',
  },
);

export const OrderDirectionEnum = enumOf<'ASC' | 'DESC'>('OrderDirection', 'Which end comes first.', {
  ASC: 'Smallest first.',
  DESC: 'Largest first.',
});

export const SurgeStatusEnum = enumOf<SurgeStatus>(
  'SurgeStatus',
  'A surge in a word; the limits are in the scoring model.',
  {
    SURGING:
      'Far more than usual, borne out by two actors or sources, and unlikely to be chance among all tests.',
    ELEVATED: 'Far more than usual, but not borne out.',
    NORMAL: 'As usual.',
    COOLING: 'Far less than usual.',
    INSUFFICIENT_DATA: 'Not watched for long enough to say.',
  },
);

export const SurgeSubjectEnum = enumOf<SurgeSubject>('SurgeSubject', 'What a surge is about.', {
  ACCOUNT: 'All that the account does.',
  TOPIC: 'One topic.',
  CLUSTER: 'The topics of one cluster.',
});
