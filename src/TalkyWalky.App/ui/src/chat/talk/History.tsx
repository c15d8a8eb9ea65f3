import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';
import type { ConversationKey, Message } from '../../api/types';
import { isRoomKey, loadAfter, loadBefore, loadNewest, messageKey, useStore, type MessageWindow } from '../../store';
import { t } from '../../text';
import { useConversationName, useKnownNames } from '../conversation';
import { Announcer } from './Announcer';
import { Beginning } from './Beginning';
import styles from './History.module.css';
import { firstUnread, lineOf } from './lines';
import { MessageRow } from './MessageRow';
import { useReadMarking } from './useReadMarking';

interface Context {
  id: ConversationKey;
  window: MessageWindow;
  known: ReadonlySet<string>;
}

const parts = {
  Header: () => <div className={styles.edge} />,
  EmptyPlaceholder: ({ context }: { context?: Context }) => (context ? <Beginning id={context.id} /> : null),
  Footer: () => <div className={styles.edge} />,
};

const keyOf = (_: number, message: Message) => messageKey(message);

function item(index: number, message: Message, { id, window, known }: Context) {
  // While the list changes it asks for places that are not there any more.
  const at = index - window.firstIndex;
  if (!window.items[at]) return <div className={styles.edge} />;
  return (
    <>
      {at === 0 && window.atStart && <Beginning id={id} />}
      <MessageRow message={message} known={known} {...lineOf(window, at)} />
    </>
  );
}

/** Below this distance from the end, in pixels, one reads the newest and goes along with it. */
const endDistance = 60;

/** The messages of one opened window. Drawn anew (by its key) when another one is opened. */
export const History = memo(function History({ id, window }: { id: ConversationKey; window: MessageWindow }) {
  const list = useRef<VirtuosoHandle>(null);
  const scroller = useRef<HTMLElement | null>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [isPast, setPast] = useState(false);
  const height = useRef(0);
  const name = useConversationName(id);
  const known = useKnownNames(id);
  const unread = useStore((state) => state.conversations.get(id)?.unread ?? 0);
  const check = useReadMarking(id, scroller);
  const context = useMemo(() => ({ id, window, known }), [id, window, known]);

  const { items, unreadAfter } = window;
  const unreadAt = firstUnread(items, unreadAfter);
  const [begin] = useState(() => (unreadAt >= 0 ? { index: Math.max(unreadAt, 0), align: 'start' as const, offset: -72 } : { index: items.length - 1, align: 'end' as const }));
  // Opened at the first unread one, it does not go to the end by itself while its rows are measured.
  const follows = useRef(unreadAt < 0);
  const unreadAbove = unreadAt >= 0 && unread > 0 && isPast;

  // What one writes oneself is shown, wherever one was reading.
  const newest = items.at(-1);
  const shown = useRef(newest?.id);
  useEffect(() => {
    const isNew = newest?.id !== shown.current;
    shown.current = newest?.id;
    if (isNew) follows.current = true;
    if (isNew && newest?.mine) list.current?.scrollToIndex({ index: 'LAST', align: 'end' });
  }, [newest]);

  const toNewest = useCallback(() => {
    if (window.atEnd) list.current?.scrollToIndex({ index: 'LAST', align: 'end' });
    else void loadNewest(id);
  }, [id, window.atEnd]);

  return (
    <div className={styles.history}>
      <Virtuoso
        ref={list}
        className={styles.list}
        scrollerRef={(element) => {
          scroller.current = element instanceof HTMLElement ? element : null;
        }}
        data={items as Message[]}
        context={context}
        components={parts}
        computeItemKey={keyOf}
        itemContent={item}
        firstItemIndex={window.firstIndex}
        initialTopMostItemIndex={begin}
        increaseViewportBy={{ top: 500, bottom: 200 }}
        atBottomThreshold={endDistance}
        atBottomStateChange={setAtEnd}
        followOutput={(isAtBottom) => (isAtBottom ? 'auto' : false)}
        startReached={() => void loadBefore(id)}
        endReached={() => void loadAfter(id)}
        rangeChanged={(range) => {
          setPast(unreadAt >= 0 && unreadAt + window.firstIndex < range.startIndex);
          check();
        }}
        onScroll={check}
        totalListHeightChanged={(now) => {
          // It tells the same height again after each drawing; to scroll then would draw again, without end.
          if (now === height.current) return;
          height.current = now;
          if (follows.current) list.current?.autoscrollToBottom();
          check();
        }}
        alignToBottom
        role="log"
        aria-live="off"
        aria-label={isRoomKey(id) ? t('history.labelRoom', { name }) : t('history.label', { name })}
      />
      {unreadAbove && (
        <button type="button" className={styles.above} onClick={() => list.current?.scrollToIndex({ index: unreadAt, align: 'start', offset: -72 })}>
          <ArrowUp aria-hidden="true" />
          {t('history.toUnread', { count: unread })}
        </button>
      )}
      {(!atEnd || !window.atEnd) && (
        <button
          type="button"
          className={styles.below}
          aria-label={unread > 0 ? t('history.toNewestUnread', { count: unread }) : t('history.toNewest')}
          title={t('history.toNewest')}
          onClick={toNewest}
        >
          <ArrowDown aria-hidden="true" />
          {unread > 0 && <span aria-hidden="true">{unread}</span>}
        </button>
      )}
      <Announcer id={id} />
    </div>
  );
});
