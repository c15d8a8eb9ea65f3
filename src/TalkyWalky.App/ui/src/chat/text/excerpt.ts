const mostLines = 60;
const mostCharacters = 6000;

/** The part of a long message that is shown before one asks for all; null when it is short. */
export function excerpt(text: string): string | null {
  let end = Math.min(text.length, mostCharacters);
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    lines += 1;
    if (lines === mostLines) end = at;
  }
  if (end === text.length) return null;
  // Not through the middle of a character.
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end);
}
