import type { EmojiData } from 'frimousse';

/** With the names between colons, such as "wave". */
export type NamedEmoji = EmojiData['emojis'][number] & { codes: string[] };
export type NamedEmojiData = EmojiData & { emojis: NamedEmoji[] };

const asked = new Map<string, Promise<NamedEmojiData>>();

/** A static file of the page's own origin. */
export function emojiData(language: 'en' | 'fr'): Promise<NamedEmojiData> {
  const known = asked.get(language);
  if (known) return known;
  const fresh = load(language);
  asked.set(language, fresh);
  fresh.catch(() => asked.delete(language));
  return fresh;
}

async function load(language: string): Promise<NamedEmojiData> {
  const response = await fetch(new URL(`emoji/${language}.json`, document.baseURI));
  if (!response.ok) throw new Error(`emoji/${language}.json: ${response.status}`);
  return (await response.json()) as NamedEmojiData;
}
