/** IP addresses within texts: found and taken out, since none is kept. */
import { parseAddress } from './identity/ip-address.ts';
import type { Hints, Identity, Normalised, Signal } from './signal.ts';

/** Almost every text is done with this. */
const SUSPICIOUS = /\d\.\d{1,3}\.\d{1,3}\.\d|:[\da-f]{0,4}:|%3a[\da-f]{0,4}%3a/i;
const CANDIDATES =
  /(?<![\w:.])(?:[\da-f]{0,4}:){2,8}(?:(?:\d{1,3}\.){3}\d{1,3}|[\da-f]{0,4})(?![\w:])|(?<!\d|\d\.)\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)/gi;

/** The text with every address in it replaced; itself if there is none. A time of day is none, nor is `::`. */
export function withoutAddresses(text: string, replace: (address: string) => string): string {
  if (!isSuspicious(text)) return text;
  const plain = text.replace(CANDIDATES, (found) => (isAddress(found) ? replace(found) : found));
  if (!/%3a/i.test(plain)) return plain;
  const decoded = plain.replace(/%3a/gi, ':');
  const cleaned = decoded.replace(CANDIDATES, (found) => (isAddress(found) ? replace(found) : found));
  return cleaned === decoded ? plain : cleaned;
}

const NOBODY = /^[0:]*:[01]?$/;
const STAND_IN = /^100::(?:[\da-f]{4}:){3}[\da-f]{4}$/;
const isAddress = (text: string): boolean =>
  !NOBODY.test(text) && !STAND_IN.test(text) && parseAddress(text) !== null;

/**
 * Stands for an address in a record that is kept to be read again: every format reads it, and it is nobody's (of the
 * block 100::/64, which leads nowhere). `hash`: at least 16 hexadecimal digits.
 */
export const standIn = (hash: string): string => `100::${hash.slice(-16).match(/.{4}/g)!.join(':')}`;

/** Searching for one character is many times faster than a pattern. */
const isSuspicious = (text: string): boolean =>
  (text.includes(':') || text.includes('.') || text.includes('%')) && SUSPICIOUS.test(text);

const blank = (): string => '[address]';

/** What tells one thing from another: two that differ in an address only have to stay two. */
const IDS = new Set(['externalId', 'anonymousId', 'userId', 'crmId', 'groupId', 'origin']);

/**
 * What a record yields, without an address in any text but the hint that is looked up and dropped. Ids that carry one
 * become their fingerprint.
 */
export function keepNoAddresses(normalised: Normalised, fingerprint: (text: string) => string): Normalised {
  const { signals, identities, skipped } = normalised;
  if (
    signals.every(isClean) &&
    (identities?.every((identity) => !carriesAny(identity)) ?? true) &&
    !isSuspicious(skipped ?? '')
  )
    return normalised;
  const clean = <T>(value: T): T => cleaned(value, '', fingerprint) as T;
  return {
    signals: signals.map((signal): Signal => {
      const { hints, ...rest } = signal;
      const { ip, ...others } = hints;
      const keptRest = clean(rest);
      const keptHints: Hints = clean(others);
      if (keptRest === rest && keptHints === others) return signal;
      return { ...keptRest, hints: ip === undefined ? keptHints : { ...keptHints, ip } };
    }),
    ...(identities && { identities: identities.map((identity): Identity => clean(identity)) }),
    ...(skipped !== undefined && { skipped: clean(skipped) }),
  };
}

/** Whether a signal may be left as it is, as almost all are; says so without making anything. */
function isClean(signal: Signal): boolean {
  for (const field in signal) {
    const value = signal[field as keyof Signal];
    if (field !== 'hints' ? carriesAny(value) : carriesAny(value, 'ip')) return false;
  }
  return true;
}

/** Whether a text or a name in it may carry an address; `except`: the name of a field that is let be. */
function carriesAny(value: unknown, except?: string): boolean {
  if (typeof value === 'string') return isSuspicious(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return false;
  if (Array.isArray(value)) return value.some((item) => carriesAny(item));
  for (const name in value) {
    if (name === except) continue;
    if (isSuspicious(name) || carriesAny((value as Record<string, unknown>)[name])) return true;
  }
  return false;
}

/** The same value where nothing in it carries an address. */
function cleaned(value: unknown, key: string, fingerprint: (text: string) => string): unknown {
  if (typeof value === 'string') {
    const text = withoutAddresses(value, blank);
    return text !== value && IDS.has(key) ? fingerprint(value) : text;
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => cleaned(item, key, fingerprint));
    return items.every((item, at) => item === value[at]) ? value : items;
  }
  let changed: Record<string, unknown> | null = null;
  for (const name in value) {
    const before = (value as Record<string, unknown>)[name];
    const after = cleaned(before, name, fingerprint);
    const kept = withoutAddresses(name, blank);
    if (after === before && kept === name) continue;
    changed ??= { ...value };
    if (kept !== name) delete changed[name];
    changed[kept] = after;
  }
  return changed ?? value;
}
