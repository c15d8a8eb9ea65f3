import { Check, CheckCheck, CircleAlert, Clock } from 'lucide-react';
import type { MessageState } from '../../api/types';
import { classes } from '../../parts/classes';
import { useStore } from '../../store';
import { t } from '../../text';
import styles from './StateMark.module.css';

const words = { queued: 'state.queued', sent: 'state.sent', delivered: 'state.delivered', read: 'state.read', failed: 'state.failed' } as const;

const icons = { queued: <Clock />, sent: <Check />, delivered: <CheckCheck />, read: <CheckCheck />, failed: <CircleAlert /> };

/** How far an own message came; in words on hover and for screen readers. */
export function StateMark({ state, quiet }: { state: Exclude<MessageState, 'received'>; quiet: boolean }) {
  const isOnline = useStore((store) => store.app?.status?.connection === 'online');
  const word = state === 'queued' && !isOnline ? t('state.waiting') : t(words[state]);
  return (
    <span className={classes(styles.mark, styles[state], quiet && styles.quiet)} role="img" aria-label={word} title={word} data-state={state}>
      {icons[state]}
    </span>
  );
}
