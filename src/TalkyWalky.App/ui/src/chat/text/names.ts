/**
 * Controls, and what is invisible or turns the direction of the text around: they let a name look like another one. A variation selector is at home after
 * an emoji.
 */
const deceptive = /[\p{Cc}\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u2800\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E0FFF}]|(?<!\p{Extended_Pictographic})[\uFE00-\uFE0F]/gu;

const longest = 80;

/** A name as it may be shown: what deceives is seen as U+FFFD. */
export function plainName(name: string): string {
  const shown = name.replace(deceptive, '\uFFFD');
  return shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown;
}

/** In messages marks of direction are ordinary in some languages; overrides are not. */
export function withoutOverrides(text: string): string {
  return text.replace(/[\u202D\u202E]/g, '\uFFFD');
}

/** One line of a message for lists. */
export function oneLine(text: string): string {
  return withoutOverrides(text.slice(0, 200)).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
