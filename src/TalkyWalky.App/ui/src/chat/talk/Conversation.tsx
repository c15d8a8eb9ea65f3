import { memo, useDeferredValue, useEffect } from 'react';
import type { ConversationKey } from '../../api/types';
import { Button } from '../../parts/Button';
import { EmptyState } from '../../parts/EmptyState';
import { isRoomKey, loadContact, loadFirst, loadMembers, nameOfKey, useStore } from '../../store';
import { t } from '../../text';
import { Composer } from '../compose/Composer';
import { useCanWrite, useConversationName, useRoom } from '../conversation';
import styles from './Conversation.module.css';
import { Header } from './Header';
import { History } from './History';
import { Skeleton } from './Skeleton';
import { TroubleBar } from './TroubleBar';
import { TypingLine } from './TypingLine';
import { useFileDrop } from './useFileDrop';

export const Conversation = memo(function Conversation({ id }: { id: ConversationKey }) {
  // Messages are drawn after the rest: what is typed at once after going here is written here, and typing goes on while many are drawn.
  const window = useDeferredValue(useStore((state) => state.windows.get(id)), undefined);
  const trouble = useStore((state) => state.windowTrouble.get(id));
  const name = useConversationName(id);
  const { isOver, handlers } = useFileDrop(id, useCanWrite(id));
  useAround(id);
  return (
    <section className={styles.conversation} aria-label={name} {...handlers}>
      <Header id={id} />
      <TroubleBar id={id} />
      {window ? (
        <History key={`${id} ${window.epoch}`} id={id} window={window} />
      ) : trouble !== undefined ? (
        <EmptyState title={t('history.failed')} actions={<Button onClick={() => void loadFirst(id)}>{t('tryAgain')}</Button>}>
          {trouble}
        </EmptyState>
      ) : (
        <Skeleton />
      )}
      <TypingLine id={id} />
      <Composer key={id} id={id} />
      {isOver && <p className={styles.drop}>{t('compose.drop')}</p>}
    </section>
  );
});

/** What is told of the people in it: a room's members, a person's verified devices. */
function useAround(id: ConversationKey): void {
  const epoch = useRoom(id)?.epoch;
  const live = useStore((state) => state.live);
  useEffect(() => {
    if (!live) return;
    if (!isRoomKey(id)) void loadContact(nameOfKey(id));
    else if (epoch !== undefined) void loadMembers(nameOfKey(id));
  }, [id, epoch, live]);
}
