import { BellOff } from 'lucide-react';
import { memo } from 'react';
import type { ConversationKey } from '../../api/types';
import { classes } from '../../parts/classes';
import { isRoomKey, nameOfKey, useStore } from '../../store';
import { briefly, t, useLanguage } from '../../text';
import { shownName } from '../names';
import { Portrait } from '../Portrait';
import { usePresence } from '../presence';
import { plainName } from '../text/names';
import styles from './ConversationRow.module.css';
import { SecondLine } from './SecondLine';

interface Props {
  id: ConversationKey;
  selected: boolean;
  reachable: boolean;
  onChoose: (key: ConversationKey) => void;
}

/** Follows its own conversation and nothing else. */
export const ConversationRow = memo(function ConversationRow({ id, selected, reachable, onChoose }: Props) {
  useLanguage();
  const isRoom = isRoomKey(id);
  const name = nameOfKey(id);
  const person = useStore((state) => (isRoom ? undefined : state.people.get(name)));
  const presence = usePresence(isRoom ? undefined : name);
  const room = useStore((state) => (isRoom ? state.rooms.get(name) : undefined));
  const conversation = useStore((state) => state.conversations.get(id));
  const shown = isRoom ? plainName(room?.name ?? conversation?.with ?? '') : shownName(person, name);
  const unread = conversation?.unread ?? 0;
  const isLoud = unread > 0 && !conversation?.muted;
  return (
    <button
      type="button"
      data-row={id}
      tabIndex={reachable ? 0 : -1}
      aria-current={selected ? 'page' : undefined}
      className={classes(styles.row, selected && styles.selected, isLoud && styles.loud)}
      onClick={() => onChoose(id)}
    >
      <span className={styles.picture}>
        <Portrait name={shown} of={name} room={isRoom} presence={presence} />
      </span>
      <span className={styles.first}>
        <bdi className={styles.name}>{shown}</bdi>
        {conversation?.muted && (
          <span role="img" aria-label={t('list.muted')} title={t('list.muted')} className={styles.muted}>
            <BellOff />
          </span>
        )}
        {conversation?.last && <span className={styles.time}>{briefly(conversation.last.sentAt)}</span>}
      </span>
      <span className={styles.second}>
        <SecondLine id={id} />
        {unread > 0 && (
          <span className={styles.badge}>
            <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
            <span className="visually-hidden">{t('list.unread', { count: unread })}</span>
          </span>
        )}
      </span>
    </button>
  );
});
