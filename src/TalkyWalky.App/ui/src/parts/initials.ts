const graphemes = new Intl.Segmenter();

/** First letters of the first and the last word: "Ada King Lovelace" is AL. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = words[0];
  const last = words.length > 1 ? words.at(-1) : undefined;
  return [first, last].map((word) => (word ? firstOf(word) : '')).join('') || '?';
}

function firstOf(word: string): string {
  const letter = word.search(/[\p{L}\p{N}]/u);
  const [first] = graphemes.segment(word.slice(letter));
  return (first?.segment ?? '').toLocaleUpperCase();
}
