import type { Theme } from '../api/types';
import type { TextKey } from '../text';

export const themeNames = {
  system: 'settings.theme.system',
  default: 'settings.theme.default',
  night: 'settings.theme.night',
  grey: 'settings.theme.grey',
  blue: 'settings.theme.blue',
  pink: 'settings.theme.pink',
  turquoise: 'settings.theme.turquoise',
  hacker: 'settings.theme.hacker',
} as const satisfies Record<Theme, TextKey>;
