import type { Presence } from '../api/types';
import { t, type TextKey } from '../text';
import { classes } from './classes';
import styles from './PresenceDot.module.css';

export const presenceWords = {
  online: 'presence.online',
  away: 'presence.away',
  offline: 'presence.offline',
  unknown: 'presence.unknown',
} as const satisfies Record<Presence, TextKey>;

/** Full: online; half: away; a ring: offline; nothing seen: unknown. Read as a word. */
export function PresenceDot({ presence, className }: { presence: Presence; className?: string }) {
  return <span className={classes(styles.dot, styles[presence], className)} role="img" aria-label={t(presenceWords[presence])} title={t(presenceWords[presence])} />;
}
