import type { NamedEmoji } from '../../api/emoji';
import type { Person } from '../../api/types';
import { fold } from '../../parts/match';
import { shownName } from '../names';

const mostShown = 8;
/** Shorter ones are smileys and times of day. */
const shortestCode = 2;

/** What is being written at the caret: a name after @, or an emoji's name after a colon. */
export interface Wanted {
  sign: ':' | '@';
  text: string;
  /** Where the sign stands. */
  at: number;
}

export function wantedAt(text: string, caret: number): Wanted | null {
  const match = /(?:^|[\s([{"'])([:@])([\p{L}\p{N}_+.-]*)$/u.exec(text.slice(Math.max(0, caret - 80), caret));
  if (!match) return null;
  const [, sign, word] = match as unknown as [string, ':' | '@', string];
  if (sign === ':' && word.length < shortestCode) return null;
  return { sign, text: word, at: caret - word.length - 1 };
}

export interface Suggestion {
  /** What replaces the sign and the text after it. */
  insert: string;
  picture: string;
  label: string;
  more: string;
}

const tones = ['none', 'light', 'medium-light', 'medium', 'medium-dark', 'dark'] as const;

/** The emoji in the chosen skin tone, 0 to 5. */
export function toned(emoji: NamedEmoji, tone: number): string {
  const key = tones[tone] ?? 'none';
  return (key === 'none' ? undefined : emoji.skins?.[key]) ?? emoji.emoji;
}

/** Names that begin so, then those that hold it. */
export function emojiSuggestions(emojis: readonly NamedEmoji[], text: string, tone: number): Suggestion[] {
  const wanted = fold(text);
  const found: { emoji: NamedEmoji; code: string; rank: number }[] = [];
  for (const emoji of emojis) {
    const codes = emoji.codes.filter((code) => fold(code).includes(wanted));
    const code = codes.find((one) => fold(one) === wanted) ?? codes.find((one) => fold(one).startsWith(wanted)) ?? codes[0];
    if (code) found.push({ emoji, code, rank: fold(code) === wanted ? 0 : fold(code).startsWith(wanted) ? 1 : 2 });
  }
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, mostShown)
    .map(({ emoji, code }) => ({ insert: `${toned(emoji, tone)} `, picture: toned(emoji, tone), label: `:${code}:`, more: emoji.label }));
}

/** A finished `:name:` before the caret becomes the emoji. */
export function finishedCode(emojis: readonly NamedEmoji[], text: string, caret: number, tone: number): { at: number; emoji: string } | null {
  const match = /(?:^|[\s([{"']):([\p{L}\p{N}_+-]+):$/u.exec(text.slice(Math.max(0, caret - 80), caret));
  const code = match?.[1];
  const emoji = code && emojis.find((one) => one.codes.includes(code));
  return emoji ? { at: caret - code.length - 2, emoji: toned(emoji, tone) } : null;
}

export function nameSuggestions(people: readonly Person[], text: string): Suggestion[] {
  const wanted = fold(text);
  const found: { person: Person; rank: number }[] = [];
  for (const person of people) {
    const names = [person.username, person.name ?? '', person.fullName, ...person.fullName.split(' ')].map(fold);
    if (names.some((name) => name.startsWith(wanted))) found.push({ person, rank: names[0]!.startsWith(wanted) ? 0 : 1 });
  }
  return found
    .sort((a, b) => a.rank - b.rank || a.person.username.localeCompare(b.person.username))
    .slice(0, mostShown)
    .map(({ person }) => ({
      insert: `@${person.username} `, picture: '', label: shownName(person, person.username), more: person.username,
    }));
}
