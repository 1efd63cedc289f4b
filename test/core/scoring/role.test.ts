import { expect, test } from 'vitest';
import { BUYING_ROLES } from '../../../src/core/group-model.ts';
import { judgeTitle, readRole } from '../../../src/core/scoring/role.ts';

test.each([
  ['Decision Maker', 'DECISION_MAKER'],
  ['DECISION_MAKER', 'DECISION_MAKER'],
  ['Executive Sponsor', 'DECISION_MAKER'],
  ['BUDGET_HOLDER', 'ECONOMIC_BUYER'],
  ['Economic Buyer', 'ECONOMIC_BUYER'],
  ['Technical Buyer', 'TECHNICAL_EVALUATOR'],
  ['END_USER', 'PRACTITIONER'],
  ['Legal & Compliance', 'INFLUENCER'],
  ['Other', null],
  ['', null],
])('the CRM’s %j is %s', (text, role) => expect(readRole(text)).toBe(role));

test('our own names are read', () => expect(BUYING_ROLES.map(readRole)).toEqual([...BUYING_ROLES]));

test.each([
  ['Chief Executive Officer', 'ECONOMIC_BUYER'],
  ['CTO', 'DECISION_MAKER'],
  ['VP Engineering', 'DECISION_MAKER'],
  ['Finance Director', 'ECONOMIC_BUYER'],
  ['Director of Engineering', 'TECHNICAL_EVALUATOR'],
  ['Head of Operations', 'CHAMPION'],
  ['Operations Manager', 'INFLUENCER'],
  ['Senior Data Engineer', 'TECHNICAL_EVALUATOR'],
  ['Category Manager', 'PROCUREMENT'],
  ['Marketing Specialist', 'PRACTITIONER'],
  ['Nurse', null],
  ['Student', null],
])('%s may be %s', (title, role) => {
  const judged = judgeTitle(title);
  expect(judged.role).toBe(role);
  expect(judged.confidence === 0).toBe(role === null);
});
