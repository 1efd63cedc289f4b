import { inEnglish } from './title-words.ts';

/** Seniority as a job title tells it. */
export type TitleLevel = 'C_LEVEL' | 'VP' | 'DIRECTOR' | 'MANAGER' | 'OTHER';

/** First rule that fits decides, so that of several titles in one (`Founder & Head of Sales`) the highest counts. */
const RULES: readonly [TitleLevel, RegExp][] = [
  // Who works for a chief is none: assistants name the person they assist. An assistant vice president is one.
  ['OTHER', /\b(assistant|secretary|intern|trainee|student)\b(?! (vice president|vp|director|manager)\b)/],
  ['C_LEVEL', /\bchief\b.*\bofficer\b|\bc([acdefimoprst]|is|hr)o\b|\bmanaging (director|partner)\b/],
  [
    'C_LEVEL',
    /(?<!\b(vice|product|process|scrum|data)[ -])\b(founder|cofounder|owner|president|proprietor)\b/,
  ],
  ['VP', /\b([aes]?vp|vice[ -]president)\b/],
  ['DIRECTOR', /\b(director|head)\b/],
  ['MANAGER', /\b(manager|supervisor|lead(er)?(?! gen))\b/],
];

/** The level of a job title in English, German, French or Spanish; OTHER where it says none. */
export function titleLevel(title: string): TitleLevel {
  const text = inEnglish(title).toLowerCase().replaceAll('.', '').replace(/\s+/g, ' ');
  return RULES.find(([, pattern]) => pattern.test(text))?.[0] ?? 'OTHER';
}
