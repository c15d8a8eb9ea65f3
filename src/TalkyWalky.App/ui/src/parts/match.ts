/** Lower case without accents: what a person types to find "Élise" is "elise". */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** How well a folded query fits one folded text: 0 not at all, more is better. */
export function fit(query: string, text: string): number {
  if (query === '') return 1;
  const at = text.indexOf(query);
  if (at === 0) return text.length === query.length ? 6 : 5;
  if (at > 0) return /[\p{L}\p{N}]/u.test(text[at - 1]!) ? 3 : 4;
  if (startsWords(query, text)) return 2;
  return hasInOrder(query, text) ? 1 : 0;
}

/** Every word of the query begins a word of the text: "ad lo" is Ada Lovelace. */
function startsWords(query: string, text: string): boolean {
  const words = text.split(/[\s._-]+/);
  return query.split(/\s+/).every((start) => words.some((word) => word.startsWith(start)));
}

function hasInOrder(query: string, text: string): boolean {
  let from = 0;
  for (const letter of query) {
    if (letter === ' ') continue;
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}

export interface Searchable {
  /** What it is found by, folded, the most telling first. */
  keys: readonly string[];
}

/** The best first; equals stay in their order. */
export function search<T extends Searchable>(query: string, items: readonly T[]): T[] {
  const wanted = fold(query.trim());
  if (wanted === '') return [...items];
  return items
    .map((item) => ({ item, score: score(wanted, item.keys) }))
    .filter((found) => found.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((found) => found.item);
}

function score(query: string, keys: readonly string[]): number {
  let best = 0;
  keys.forEach((key, at) => {
    const value = fit(query, key);
    // Among equal fits the first key, which is seen, wins over the others.
    if (value > 0) best = Math.max(best, value - Math.min(at, 4) * 0.2);
  });
  return best;
}
