/** How sure each clue makes, and what is done with a match by its confidence: the `match` part of the scoring model. */
import { z } from 'zod';

const share = z.number().min(0).max(1);

const CHANCES = {
  crmId: 1,
  domain: 0.99,
  email: 0.97,
  linkedin: 0.97,
  person: 0.97,
  visitor: 0.9,
  companyName: 0.85,
  networkDomain: 0.7,
  networkName: 0.6,
  confirmed: 0.97,
};

export const matchRulesSchema = z
  .strictObject({
    attach: share.describe('Confidence from which a signal is attached to an account.'),
    review: share.describe('Confidence from which a person is asked.'),
    attachByName: share
      .default(0.75)
      .describe('As `attach`, where nothing but a company name or a like domain speaks for the account.'),
    chances: z
      .strictObject({
        crmId: share.describe('The sender’s own key of the account.'),
        domain: share.describe('The domain is written on the row; only a typing mistake is left.'),
        email: share.describe('People now and then use a client’s or a parent company’s mailbox.'),
        linkedin: share.describe(
          'The company’s page on LinkedIn; branches and brands have pages of their own.',
        ),
        person: share.describe('We were told where this person works, some time ago.'),
        visitor: share.describe('Browsers are shared, and handed on.'),
        companyName: share.describe('The whole name is equal; strangers may bear it all the same.'),
        networkDomain: share.describe('The network’s owner has this domain; guests are on it too.'),
        networkName: share.describe('As above, and the owner is known by name only.'),
        confirmed: share.describe('Somebody said in the review that the clue means the account.'),
      })
      .default(CHANCES)
      .describe('How sure a clue makes that has nothing beside it.'),
    agreement: share
      .default(0.5)
      .describe(
        'Share of its log-odds that each further clue of the same account adds: clues are not independent.',
      ),
    contradiction: share
      .default(0.7)
      .describe('Share of its log-odds that a clue of another account takes off.'),
  })
  .refine((match) => match.review <= match.attach, { path: ['review'], error: 'must not exceed attach' })
  .describe('How sure matches are, and what is done with them.');

export type MatchRules = z.infer<typeof matchRulesSchema>;

export const defaultMatchRules: MatchRules = {
  attach: 0.5,
  review: 0.3,
  attachByName: 0.75,
  chances: CHANCES,
  agreement: 0.5,
  contradiction: 0.7,
};
