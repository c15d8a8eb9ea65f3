/** French marks keep to their words: thin spaces that do not break before ? ! ; and inside of quotes, a plain one before the colon. */
export function typesetFrench(text: string): string {
  return text
    .replace(/ (?=[?!;»])/g, '\u202F')
    .replace(/« /g, '«\u202F')
    .replace(/ (?=:(\s|$))/g, '\u00A0');
}
