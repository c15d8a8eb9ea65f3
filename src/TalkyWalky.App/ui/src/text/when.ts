import { currentLanguage, type Language } from './language';
import { t } from './t';

interface Formats {
  time: Intl.DateTimeFormat;
  full: Intl.DateTimeFormat;
  day: Intl.DateTimeFormat;
  dayOfYear: Intl.DateTimeFormat;
  short: Intl.DateTimeFormat;
  weekday: Intl.DateTimeFormat;
  ago: Intl.RelativeTimeFormat;
}

const made = new Map<Language, Formats>();

function formats(): Formats {
  const language = currentLanguage();
  const known = made.get(language);
  if (known) return known;
  const fresh = makeFormats(language);
  made.set(language, fresh);
  return fresh;
}

function makeFormats(language: Language): Formats {
  // "en" alone is American to Intl: 03/04 and 9:41 PM. The numbers here are read by people of many countries.
  const locale = language === 'en' ? englishLocale() : language;
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  return {
    time: format({ hour: '2-digit', minute: '2-digit' }),
    full: format({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' }),
    day: format({ weekday: 'long', day: 'numeric', month: 'long' }),
    dayOfYear: format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
    short: format({ day: 'numeric', month: 'short', year: 'numeric' }),
    weekday: format({ weekday: 'short' }),
    ago: new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' }),
  };
}

function englishLocale(): string {
  return navigator.languages.find((tag) => tag.startsWith('en-')) ?? 'en-GB';
}

type When = string | Date;

const dateOf = (when: When): Date => (typeof when === 'string' ? new Date(when) : when);

/** Whole days of the reader's calendar between two moments. */
export function daysBetween(earlier: Date, later: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(later) - midnight(earlier)) / 86_400_000);
}

/** 09:41 */
export function time(when: When): string {
  return formats().time.format(dateOf(when));
}

/** Tuesday 3 March 2026 at 09:41 */
export function fullTime(when: When): string {
  return formats().full.format(dateOf(when));
}

/** Today, Yesterday, Tuesday 3 March, or with the year when it is another one. */
export function day(when: When, now = new Date()): string {
  const date = dateOf(when);
  const days = daysBetween(date, now);
  if (days === 0) return t('when.today');
  if (days === 1) return t('when.yesterday');
  return date.getFullYear() === now.getFullYear() ? formats().day.format(date) : formats().dayOfYear.format(date);
}

/** 3 Mar 2026 */
export function shortDate(when: When): string {
  return formats().short.format(dateOf(when));
}

/** For lists: 09:41, then the weekday, then the date. */
export function briefly(when: When, now = new Date()): string {
  const date = dateOf(when);
  const days = daysBetween(date, now);
  if (days <= 0) return time(date);
  if (days === 1) return t('when.yesterday');
  return days < 7 ? formats().weekday.format(date) : shortDate(date);
}

/** "2 hours ago", "yesterday"; under a minute "just now". */
export function ago(when: When, now = new Date()): string {
  const seconds = (now.getTime() - dateOf(when).getTime()) / 1000;
  if (seconds < 60) return t('when.justNow');
  const { ago: format } = formats();
  if (seconds < 3600) return format.format(-Math.floor(seconds / 60), 'minute');
  if (seconds < 86_400) return format.format(-Math.floor(seconds / 3600), 'hour');
  const days = Math.floor(seconds / 86_400);
  return days < 30 ? format.format(-days, 'day') : shortDate(when);
}
