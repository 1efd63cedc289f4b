/** Countries by code or English name. */

/** How people write the names that the list of the runtime has otherwise. */
const OTHERWISE: Record<string, string> = {
  usa: 'US',
  'united states of america': 'US',
  uk: 'GB',
  'great britain': 'GB',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  'northern ireland': 'GB',
  holland: 'NL',
  'the netherlands': 'NL',
  'czech republic': 'CZ',
  turkey: 'TR',
  'south korea': 'KR',
  'republic of korea': 'KR',
  'russian federation': 'RU',
  uae: 'AE',
  'hong kong': 'HK',
  macedonia: 'MK',
};

/** `UK` → `GB`, `DD` → `DE`: codes of old and by-names give way to those in use. */
const today = (code: string): string => Intl.getCanonicalLocales(`und-${code}`)[0]!.slice(4);

let codes: Map<string, string> | null = null;

function readCodes(): Map<string, string> {
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const found = new Map<string, string>();
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  for (const first of letters) {
    for (const second of letters) {
      const code = first + second;
      const [name, current] = [names.of(code), today(code)];
      found.set(code.toLowerCase(), current);
      if (name) found.set(name.toLowerCase(), current);
    }
  }
  for (const [name, code] of Object.entries(OTHERWISE)) found.set(name, code);
  return found;
}

/** `DE`, `de`, `Germany` → `DE`; a name that is no country's stays as it is, in lower case, so that it can be compared. */
export function countryCode(country: string): string {
  const text = country.trim().replace(/\s+/g, ' ');
  codes ??= readCodes();
  const lower = text.toLowerCase();
  return codes.get(lower) ?? lower;
}
