import type { Settings, Theme } from '../api/types';

/** A theme as painted; 'system' is one of two of them. */
export type Look = Exclude<Theme, 'system'>;

export const looks: readonly Look[] = ['default', 'night', 'grey', 'blue', 'pink', 'turquoise', 'hacker'];

export const darkSystem = (): MediaQueryList => matchMedia('(prefers-color-scheme: dark)');

export function lookOf(theme: Theme, systemIsDark: boolean): Look {
  if (theme !== 'system') return theme;
  return systemIsDark ? 'night' : 'default';
}

/** Puts theme and font on the document. Sizes are in rem, so that everything scales with the chosen size. */
export function paint(settings: Pick<Settings, 'theme' | 'fontFamily' | 'fontSize'>): void {
  const root = document.documentElement;
  root.dataset.theme = lookOf(settings.theme, darkSystem().matches);
  root.style.setProperty('font-size', `${settings.fontSize}px`);
  if (settings.fontFamily === null) root.style.removeProperty('--chosen-font');
  else root.style.setProperty('--chosen-font', JSON.stringify(settings.fontFamily));
}
