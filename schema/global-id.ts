/** Ids as outsiders see them: base64 of `Type:uuid`. */
import { Invalid } from '../src/core/errors.ts';

/** Types whose ids may be handed back to us. */
const TYPES = [
  'Account',
  'Person',
  'Signal',
  'Batch',
  'ApiKey',
  'Merge',
  'MatchReview',
  'BuyingGroup',
  'Solution',
  'PreMqlFlag',
] as const;
export type IdType = (typeof TYPES)[number];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const encode = (type: string, id: string | number | bigint): string =>
  Buffer.from(`${type}:${id}`).toString('base64');

/** Type and uuid of a global id. Throws `Invalid` for anything that we can't have made. */
export function decode(globalId: string): { typename: IdType; id: string } {
  const text = Buffer.from(globalId, 'base64').toString('utf8');
  const at = text.indexOf(':');
  const typename = TYPES.find((type) => type === text.slice(0, at));
  const id = text.slice(at + 1);
  if (!typename || !UUID.test(id)) {
    throw new Invalid(
      `'${globalId}' is not an id of ours`,
      'Use the `id` that a query gave you, unchanged.',
      {
        field: 'id',
      },
    );
  }
  return { typename, id };
}

/** The uuid of a global id of that type. Throws `Invalid` for another type's. */
export function decodeAs(type: IdType, globalId: string): string {
  const { typename, id } = decode(globalId);
  if (typename !== type) {
    throw new Invalid(
      `'${globalId}' is the id of a ${typename}, not of a ${type}`,
      `Use the \`id\` of a ${type}.`,
      {
        field: 'id',
      },
    );
  }
  return id;
}
