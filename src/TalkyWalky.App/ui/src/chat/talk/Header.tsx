import { ArrowLeft, PanelRight } from 'lucide-react';
import type { ConversationKey } from '../../api/types';
import { Avatar } from '../../parts/Avatar';
import { IconButton } from '../../parts/IconButton';
import { PresenceDot, presenceWords } from '../../parts/PresenceDot';
import { isRoomKey, nameOfKey, showDetails, showList, useStore } from '../../store';
import { ago, t, useLanguage } from '../../text';
import { useConversationName, useRoom } from '../conversation';
import { differs } from '../names';
import { usePresence } from '../presence';
import { oneLine } from '../text/names';
import { useIsNarrow, narrowWidth } from '../useIsNarrow';
import { ConversationMenu } from './ConversationMenu';
import styles from './Header.module.css';

export function Header({ id }: { id: ConversationKey }) {
  useLanguage();
  const name = useConversationName(id);
  const isRoom = isRoomKey(id);
  const over = useIsNarrow(narrowWidth.details);
  const shown = useStore((state) => (over ? state.detailsOver : (state.settings?.detailsOpen ?? false)));
  return (
    <header className={styles.header}>
      <IconButton className={styles.back} label={t('main.back')} onClick={showList} side="bottom">
        <ArrowLeft />
      </IconButton>
      <Avatar name={name} of={nameOfKey(id)} room={isRoom} size="m" />
      <div className={styles.titles}>
        <h1 className={styles.name}>
          <bdi>{name}</bdi>
          {!isRoom && differs(name, nameOfKey(id)) && <bdi className={styles.username}>{nameOfKey(id)}</bdi>}
        </h1>
        <p className={styles.line}>{isRoom ? <RoomLine id={id} /> : <PersonLine username={nameOfKey(id)} />}</p>
      </div>
      <IconButton label={t('head.details')} pressed={shown} onClick={() => showDetails(!shown, over)} side="bottom">
        <PanelRight />
      </IconButton>
      <ConversationMenu id={id} />
    </header>
  );
}

function RoomLine({ id }: { id: ConversationKey }) {
  const room = useRoom(id);
  if (!room) return null;
  const topic = oneLine(room.topic);
  return (
    <>
      <span>{t('head.people', { count: room.members })}</span>
      {topic && (
        <>
          <span aria-hidden="true"> · </span>
          <bdi title={topic}>{topic}</bdi>
        </>
      )}
    </>
  );
}

function PersonLine({ username }: { username: string }) {
  const person = useStore((state) => state.people.get(username));
  const presence = usePresence(username);
  if (presence === 'unknown') return null;
  const isOut = presence === 'offline' && person?.lastSeen;
  return (
    <>
      <PresenceDot presence={presence} className={styles.dot} />
      <span aria-hidden={!isOut}>{isOut ? t('head.lastSeen', { when: ago(isOut) }) : t(presenceWords[presence])}</span>
    </>
  );
}

