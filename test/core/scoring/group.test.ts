import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUYING_ROLES, type RoleTemplate, templateSchema } from '../../../src/core/group-model.ts';
import { defaultModel, parseModel } from '../../../src/core/model.ts';
import { bantKnown, type DealFacts, meddicKnown } from '../../../src/core/scoring/bant.ts';
import type { Evidence } from '../../../src/core/scoring/evidence.ts';
import { type BuyingGroup, type Candidate, scoreGroup } from '../../../src/core/scoring/group.ts';
import { qualifyPerson } from '../../../src/core/scoring/person.ts';
import { tally } from '../../../src/core/scoring/tally.ts';
import { parseSolutions, rowsOn } from '../../../src/core/solution.ts';
import { asOf, daysBefore, signal, timelines } from './timeline.ts';

const TEMPLATE: RoleTemplate = [
  { role: 'DECISION_MAKER', required: 1, weight: 100, needed: true },
  { role: 'TECHNICAL_EVALUATOR', required: 2, weight: 60, needed: true },
  { role: 'PRACTITIONER', required: 1, weight: 40, needed: false },
];

const person = (personId: string, rest: Partial<Candidate> = {}): Candidate => ({
  personId,
  title: null,
  manualRole: null,
  crmRole: null,
  inOpportunity: false,
  ...rest,
});
const score = (people: Candidate[], evidence: Evidence[] = [], template = TEMPLATE) =>
  scoreGroup(people, tally(evidence, defaultModel, asOf), null, template, defaultModel);
const roleOf = (group: BuyingGroup | null, id: string) => group?.members.find((one) => one.personId === id);

describe('a worked example', () => {
  // Ada decides and is active, Ben evaluates and is not, of the two evaluators one is missing.
  const group = score(
    [person('ada', { title: 'VP Engineering' }), person('ben', { title: 'Data Engineer' })],
    [signal('site.product_view', { actor: 'person:ada' })],
  )!;

  test('completeness is the filled part of what is needed', () =>
    expect(group.completeness).toBeCloseTo((100 * 1 + 60 * 0.5) / 160, 12));
  test('coverage counts the active ones', () => expect(group.coverage).toBeCloseTo(100 / 160, 12));
  test('engagement is of the points averaged by weight', () =>
    expect(group.engagement).toBeCloseTo(100 * (1 - 2 ** (-((100 / 200) * 4.5) / 10)), 9));
  test('the score is the geometric mean', () =>
    expect(group.score).toBeCloseTo(100 * Math.sqrt(group.completeness * (group.engagement / 100)), 9));
  test('what is missing is told', () => expect(group.missingRoles).toEqual(['TECHNICAL_EVALUATOR']));
  test('who is in it', () =>
    expect(
      group.members.map(({ personId, role, source, status }) => [personId, role, source, status]),
    ).toEqual([
      ['ada', 'DECISION_MAKER', 'INFERRED', 'POTENTIAL'],
      ['ben', 'TECHNICAL_EVALUATOR', 'INFERRED', 'POTENTIAL'],
    ]));
  test('and when they were active', () => {
    expect(group.lastActivityAt).toEqual(asOf);
    expect(roleOf(group, 'ben')!.lastActiveAt).toBeNull();
    expect(group.status).toBe('FORMING');
  });
});

describe('who is a member', () => {
  test('nobody makes no group', () => expect(score([])).toBeNull());
  test('a title that fits no role of the template is none', () =>
    expect(score([person('ann', { title: 'Purchasing Manager' })])).toBeNull());
  test('who did something is, whatever the title', () => {
    const group = score(
      [person('ann', { title: 'Nurse' })],
      [signal('content.download', { actor: 'person:ann' })],
    );
    expect(roleOf(group, 'ann')).toMatchObject({
      role: 'PRACTITIONER',
      confidence: 0.2,
      status: 'POTENTIAL',
    });
    expect(group!.completeness, 'a guess fills no role').toBe(0);
  });
  test('who looks at prices is guessed to have influence', () => {
    const group = score([person('ann')], [signal('site.pricing_view', { actor: 'person:ann' })]);
    expect(roleOf(group, 'ann')!.role).toBe('INFLUENCER');
  });
  test('a stranger’s signals count for nobody', () =>
    expect(score([], [signal('site.pricing_view', { actor: 'visitor:v' })])).toBeNull());
  test('part of an opportunity is confirmed', () =>
    expect(roleOf(score([person('ann', { inOpportunity: true })]), 'ann')!.status).toBe('CONFIRMED'));
});

test('by hand goes before the CRM, the CRM before the title', () => {
  const ann = person('ann', { title: 'CTO', crmRole: 'CHAMPION', manualRole: 'PROCUREMENT' });
  expect(roleOf(score([ann]), 'ann')).toMatchObject({
    role: 'PROCUREMENT',
    source: 'MANUAL',
    confidence: 1,
    status: 'CONFIRMED',
  });
  expect(roleOf(score([{ ...ann, manualRole: null }]), 'ann')).toMatchObject({
    role: 'CHAMPION',
    source: 'CRM',
  });
  expect(roleOf(score([{ ...ann, manualRole: null, crmRole: null }]), 'ann')).toMatchObject({
    role: 'DECISION_MAKER',
    source: 'INFERRED',
    status: 'POTENTIAL',
  });
});

describe('champion and blocker', () => {
  const people = [person('ada', { title: 'CTO' }), person('ben', { title: 'Data Engineer' })];
  const busy = (actor: string, sentiment: number | null) => [
    signal('product.trial', { actor }),
    signal('social.mention', { actor, sentiment }),
  ];

  test('a champion is engaged and speaks for us', () =>
    expect(score(people, busy('person:ben', 0.8))!.championId).toBe('ben'));
  test('without a word nobody is', () =>
    expect(score(people, busy('person:ben', null))).toMatchObject({ championId: null, blockerId: null }));
  test('words without deeds are not enough', () =>
    expect(
      score(people, [signal('social.mention', { actor: 'person:ben', sentiment: 0.9, age: 300 })])!
        .championId,
    ).toBeNull());
  test('the CRM’s champion is one', () =>
    expect(score([person('eva', { crmRole: 'CHAMPION' })])!.championId).toBe('eva'));
  test('but not while they speak against us', () =>
    expect(score([person('eva', { crmRole: 'CHAMPION' })], busy('person:eva', -0.8))).toMatchObject({
      championId: null,
      blockerId: 'eva',
    }));
  test('who tells sales no is a blocker', () =>
    expect(score(people, [signal('crm.not_interested', { actor: 'person:ada' })])!.blockerId).toBe('ada'));
  test('praise of a competitor says nothing of us', () =>
    expect(
      score(people, [signal('social.competitor_research', { actor: 'person:ben', sentiment: 0.9 })]),
    ).toMatchObject({ championId: null, blockerId: null }));
});

test('three active roles make it engaged, old activity only identified', () => {
  const people = [
    person('ada', { title: 'CTO' }),
    person('ben', { title: 'Data Engineer' }),
    person('cyd', { title: 'Support Specialist' }),
  ];
  const acts = (age: number) =>
    people.map(({ personId }) => signal('site.product_view', { actor: `person:${personId}`, age }));
  expect(score(people, acts(1))!.status).toBe('ENGAGED');
  expect(score(people, acts(29))!.status).toBe('ENGAGED');
  expect(score(people, acts(31))!.status).toBe('IDENTIFIED');
  expect(score(people, acts(31))!.coverage).toBe(0);
});

describe('whatever people and signals there are', () => {
  const people = fc.uniqueArray(
    fc.record({
      personId: fc.constantFrom('ada', 'ben', 'cyd', 'dan', 'eva', 'fay'),
      title: fc.option(
        fc.constantFrom('CTO', 'Data Engineer', 'CFO', 'Support Specialist', 'Einkäufer', 'Nurse'),
      ),
      manualRole: fc.option(fc.constantFrom(...BUYING_ROLES), { freq: 5 }),
      crmRole: fc.option(fc.constantFrom(...BUYING_ROLES), { freq: 4 }),
      inOpportunity: fc.boolean(),
    }),
    { selector: ({ personId }) => personId },
  );
  const template = fc
    .uniqueArray(
      fc.record({
        role: fc.constantFrom(...BUYING_ROLES),
        required: fc.integer({ min: 1, max: 3 }),
        weight: fc.constantFrom(20, 40, 60, 80, 100) as fc.Arbitrary<20>,
        needed: fc.boolean(),
      }),
      { selector: ({ role }) => role, minLength: 1 },
    )
    .filter((roles) => templateSchema.safeParse(roles).success);
  const world = fc.tuple(people, timelines(), template);

  test('every figure is in its range', () => {
    fc.assert(
      fc.property(world, ([staff, evidence, roles]) => {
        const group = score(staff, evidence, roles);
        if (!group) return;
        for (const share of [group.completeness, group.coverage]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        for (const value of [group.engagement, group.score, ...group.members.map((one) => one.engagement)]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(100);
        }
        expect(group.coverage).toBeLessThanOrEqual(group.completeness + 1e-12);
      }),
    );
  });

  test('parts add up', () => {
    fc.assert(
      fc.property(world, ([staff, evidence, roles]) => {
        const group = score(staff, evidence, roles);
        if (!group) return;
        for (const figure of ['completeness', 'coverage', 'engagement'] as const) {
          expect(group.parts.reduce((sum, part) => sum + part[figure], 0)).toBeCloseTo(group[figure], 9);
        }
      }),
    );
  });

  test('order changes nothing', () => {
    fc.assert(
      fc.property(world, ([staff, evidence, roles]) => {
        expect(score([...staff].reverse(), [...evidence].reverse(), roles)).toEqual(
          score(staff, evidence, roles),
        );
      }),
    );
  });

  test('one more member never lowers completeness, coverage or engagement', () => {
    fc.assert(
      fc.property(world, ([staff, evidence, roles]) => {
        const fewer = score(staff.slice(1), evidence, roles);
        const group = score(staff, evidence, roles);
        for (const figure of ['completeness', 'coverage', 'engagement'] as const) {
          expect(group?.[figure] ?? 0).toBeGreaterThanOrEqual((fewer?.[figure] ?? 0) - 1e-9);
        }
      }),
    );
  });
});

describe('solutions', () => {
  const [lineage] = parseSolutions([
    { name: 'Lineage', topics: ['Data  Lineage'], clusters: ['Governance'], content: [{ url: '^/lineage' }] },
  ]);
  const clusters = new Map([['governance', ['data catalog']]]);
  const about = (topics: string[], id?: string) => signal('content.view', { topics, ...(id ? { id } : {}) });

  test('only what is about it counts', () => {
    const evidence = [
      about(['data lineage'], 'a'),
      about(['data catalog', 'x'], 'b'),
      about([], 'c, a page'),
      about(['payroll'], 'd'),
    ];
    expect(rowsOn(lineage!, evidence, clusters, new Set(['c, a page']))).toEqual(
      Uint8Array.from([1, 1, 1, 0]),
    );
  });

  test('one that names nothing is about everything', () => {
    const [all] = parseSolutions([{ name: 'All' }]);
    const evidence = [about([]), about(['payroll'])];
    expect(rowsOn(all!, evidence, clusters, new Set())).toBeNull();
  });

  test.each([
    ['no array', {}],
    ['no name', [{}]],
    ['a name twice', [{ name: 'A' }, { name: 'a' }]],
    ['an unknown field', [{ name: 'A', price: 5 }]],
    ['a pattern that is none', [{ name: 'A', content: [{ url: '(' }] }]],
    [
      'a weight between',
      [{ name: 'A', template: [{ role: 'CHAMPION', required: 1, weight: 50, needed: true }] }],
    ],
    [
      'nothing needed',
      [{ name: 'A', template: [{ role: 'CHAMPION', required: 1, weight: 20, needed: false }] }],
    ],
  ])('%s is refused', (_name, document) => {
    expect(() => parseSolutions(document)).toThrow(/solutions/);
  });
});

test('a model stored before there were groups gets the default ones', () => {
  const { groups, nurture, ...old } = structuredClone(defaultModel);
  expect(parseModel(old)).toMatchObject({ groups, nurture });
});

describe('BANT and MEDDIC', () => {
  const said = (field: DealFacts['said'][number]['field'], value: string, age = 0, from = 'crm') => ({
    field,
    value,
    at: daysBefore(age),
    from,
  });
  const member = {
    name: 'Ada',
    role: 'DECISION_MAKER',
    confidence: 0.8,
    active: true,
    champion: true,
  } as const;
  const field = <T extends { field: string }>(list: T[], name: string) =>
    list.find((one) => one.field === name);

  test('nothing is known of nothing', () => {
    const none = { said: [], members: [] };
    expect(
      [...bantKnown(none), ...meddicKnown(none)].filter((one) => one.known || one.from !== null),
    ).toEqual([]);
    expect(bantKnown(none)).toHaveLength(4);
    expect(meddicKnown(none)).toHaveLength(6);
  });
  test('the latest word counts', () => {
    const facts = {
      said: [said('budget', '10k', 9), said('budget', '20k', 1, 'form'), said('budget', ' ')],
      members: [],
    };
    expect(field(bantKnown(facts), 'BUDGET')).toMatchObject({ known: true, value: '20k', from: 'form' });
  });
  test('who decides and is active is authority, and says where it comes from', () => {
    const facts = { said: [], members: [member] };
    expect(field(bantKnown(facts), 'AUTHORITY')).toMatchObject({ known: true, value: 'Ada' });
    expect(field(bantKnown(facts), 'AUTHORITY')!.from).toContain('DECISION_MAKER');
  });
  test.each([
    ['not active', { active: false }],
    ['not sure', { confidence: 0.5 }],
    ['of another role', { role: 'INFLUENCER' as const }],
  ])('who is %s is none', (_name, change) => {
    expect(field(bantKnown({ said: [], members: [{ ...member, ...change }] }), 'AUTHORITY')!.known).toBe(
      false,
    );
  });
  test('what was said goes before what follows', () => {
    const facts = { said: [said('champion', 'Eva')], members: [member] };
    expect(field(meddicKnown(facts), 'CHAMPION')).toMatchObject({ value: 'Eva', from: 'crm' });
    expect(field(meddicKnown({ ...facts, said: [] }), 'CHAMPION')).toMatchObject({ value: 'Ada' });
  });
  test('a pain is a need', () => {
    const facts = { said: [said('identifiedPain', 'audits')], members: [] };
    expect(field(bantKnown(facts), 'NEED')).toMatchObject({ known: true, value: 'audits' });
  });
});

describe('a person’s own qualification', () => {
  test('fit by title, and their own points', () => {
    const none = qualifyPerson({ title: 'CTO' }, [], defaultModel, asOf);
    // 25 of 40 for a full match, 15 of 40 for a department that the model says nothing about.
    expect(none.value).toBeCloseTo(0.4 * 100 * ((25 + 15 * 0.5) / 40), 9);
    const busy = qualifyPerson({ title: 'CTO' }, [signal('content.demo_request')], defaultModel, asOf);
    expect(busy.value - none.value).toBeCloseTo(0.6 * 100 * (1 - 2 ** (-15 / 40)), 9);
  });
  test('the area of a title is their department', () => {
    const model = structuredClone(defaultModel);
    model.fit.person.departments = ['Technical'];
    const value = (title: string) => qualifyPerson({ title }, [], model, asOf).value;
    expect(value('CTO')).toBeGreaterThan(value('CMO'));
  });
});
