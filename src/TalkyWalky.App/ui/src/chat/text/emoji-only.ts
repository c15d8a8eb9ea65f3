const mostLarge = 8;
const longest = 200;

// The flag v came with ES2024; every browser that opens the app has it.
const onlyEmoji = new RegExp('^(?:\\p{RGI_Emoji}|\\s)+$', 'v');
const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A message of a few emoji and nothing else is shown large. */
export function isEmojiOnly(text: string): boolean {
  if (text.length > longest || !onlyEmoji.test(text)) return false;
  const count = [...segments.segment(text.replace(/\s/g, ''))].length;
  return count > 0 && count <= mostLarge;
}
