/** Bytes of UTF-8 (docs/protocol.md). */
export const longestText = 64 * 1024;

const shownFrom = 90;
const encoder = new TextEncoder();

/** How much of the longest text this is, in per cent; above 100 it is too long. Null while that is far. Bytes are not told: an emoji takes many, and nobody counts them. */
export function fullnessOf(text: string): number | null {
  // A UTF-16 unit takes three bytes at most.
  if (text.length * 3 * 100 < longestText * shownFrom) return null;
  const share = (encoder.encode(text).length / longestText) * 100;
  if (share < shownFrom) return null;
  return share > 100 ? Math.ceil(share) : Math.floor(share);
}
