const hues = 10;

/** 1 to 10, the same for a name everywhere; `data-hue` makes it the colour `--hue` (FNV-1a). */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const char of name) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  // The low bits of short names are much alike.
  hash ^= hash >>> 15;
  return ((hash >>> 0) % hues) + 1;
}
