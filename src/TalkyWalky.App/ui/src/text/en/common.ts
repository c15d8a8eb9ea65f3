import type { Catalogue } from '../catalogue';

export const common = {
  'app.name': 'TalkyWalky',
  'cancel': 'Cancel',
  'close': 'Close',
  'save': 'Save',
  'copied': 'Copied',
  'copy.refused': 'The browser did not allow copying. Mark the text and copy it with the keyboard.',
  'tryAgain': 'Try again',
  'dismiss': 'Dismiss',
  'optional': 'optional',
  'loading': 'Loading',
  'password.show': 'Show the password',
  'password.hide': 'Hide the password',
  'unreachable': 'TalkyWalky does not answer. If it does not come back, start it again with: talkywalky open',

  'key.enter': 'Enter',
  'key.shift': 'Shift',
  'key.escape': 'Esc',
  'key.tab': 'Tab',

  'presence.online': 'Online',
  'presence.away': 'Away',
  'presence.offline': 'Offline',
  'presence.unknown': 'Presence unknown',

  'when.today': 'Today',
  'when.yesterday': 'Yesterday',
  'when.justNow': 'just now',
} as const satisfies Catalogue;
