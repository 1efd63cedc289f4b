/** Lists as PostgreSQL reads them. The driver writes them element by element, which takes three times as long. */

/** `{1,2,NULL}`: numbers, ids and booleans. */
export const plainList = (values: readonly (string | number | boolean | null)[]): string =>
  `{${values.map((value) => value ?? 'NULL').join(',')}}`;

/** `{"a","b \" c",NULL}`: any texts. */
export const textList = (values: readonly (string | null)[]): string =>
  `{${values.map((value) => (value === null ? 'NULL' : quoted(value))).join(',')}}`;

/** `{"2026-01-31T12:00:00.000Z",NULL}`: moments. */
export const timeList = (values: readonly (Date | null)[]): string =>
  `{${values.map((value) => (value === null ? 'NULL' : `"${value.toISOString()}"`)).join(',')}}`;

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
