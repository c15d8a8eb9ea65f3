export const smallestWindow = { width: 360, height: 200 };
export const largestWindow = { width: 3840, height: 2160 };
export const defaultWindow = { width: 1180, height: 760 };

/** Whole pixels within the bounds, else null. */
export function readPixels(typed: string, side: 'width' | 'height'): number | null {
  if (!/^\d{1,5}$/.test(typed.trim())) return null;
  const pixels = Number(typed);
  return pixels >= smallestWindow[side] && pixels <= largestWindow[side] ? pixels : null;
}

/** The size of this window, forced into the bounds. */
export function currentWindow(): { width: number; height: number } {
  const into = (pixels: number, side: 'width' | 'height') => Math.min(Math.max(Math.round(pixels), smallestWindow[side]), largestWindow[side]);
  // The outer size is what a browser is started with.
  return { width: into(window.outerWidth, 'width'), height: into(window.outerHeight, 'height') };
}
