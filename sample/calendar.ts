/** When people are at work. Times are milliseconds since 1970, days are UTC midnights. */
import type { Dice } from './dice.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const dayOf = (time: number): number => Math.floor(time / DAY) * DAY;

/** Every day of `from`…`to`, both included. */
export function days(from: number, to: number): number[] {
  const list: number[] = [];
  for (let day = dayOf(from); day <= to; day += DAY) list.push(day);
  return list;
}

/** The first such weekday (0 = Sunday) at or after a time. */
export function nextWeekday(time: number, weekday: number): number {
  const day = dayOf(time);
  return day + ((weekday - new Date(day).getUTCDay() + 7) % 7) * DAY;
}

const BY_WEEKDAY = [0.06, 1, 1.15, 1.2, 1.05, 0.8, 0.08];
const UTC_OFFSET: Record<string, number> = { US: -6, CA: -5, GB: 0, IE: 0, AU: 10 };

/** How much of an ordinary workday's activity a day sees in a country, about 0–1.2. */
export function busyness(day: number, country: string): number {
  // Asked for every person and day: worked out once for each country and day.
  let known = busyDays.get(country);
  if (!known) {
    known = new Map();
    busyDays.set(country, known);
  }
  let busy = known.get(day);
  if (busy === undefined) {
    const date = new Date(day);
    busy =
      BY_WEEKDAY[date.getUTCDay()]! * season((date.getUTCMonth() + 1) * 100 + date.getUTCDate(), country);
    known.set(day, busy);
  }
  return busy;
}
const busyDays = new Map<string, Map<number, number>>();

/** Holidays thin the offices out. `monthDay` is 1224 for 24 December. */
function season(monthDay: number, country: string): number {
  if (monthDay >= 1222 || monthDay <= 102) return 0.2;
  if (country === 'US' && monthDay >= 1126 && monthDay <= 1129) return 0.3;
  if (country === 'US' || country === 'CA') return monthDay >= 701 && monthDay <= 705 ? 0.3 : 1;
  return country !== 'AU' && monthDay >= 801 && monthDay <= 825 ? 0.6 : 1;
}

/** A moment of that UTC day at which people of the country tend to be at their desks. */
export function officeMoment(day: number, country: string, dice: Dice): number {
  const local = 7.5 + 11 * ((dice.next() + dice.next()) / 2);
  const hour = (local - (UTC_OFFSET[country] ?? 1) + 24) % 24;
  return day + Math.floor(hour * HOUR);
}

/** The first workday at or after a time. */
export function workdayAfter(time: number): number {
  const day = dayOf(time) + (time % DAY > 0 ? DAY : 0);
  const weekday = new Date(day).getUTCDay();
  return weekday === 6 ? day + 2 * DAY : weekday === 0 ? day + DAY : day;
}
