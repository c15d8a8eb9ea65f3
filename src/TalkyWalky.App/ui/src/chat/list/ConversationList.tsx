import { forwardRef, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';
import type { ConversationKey } from '../../api/types';
import { openConversation, useStore } from '../../store';
import { t } from '../../text';
import { ConversationRow } from './ConversationRow';
import styles from './ConversationList.module.css';
import { Heading } from './Heading';
import { rowsOf, type Row } from './rows';

export interface ListHandle {
  focusFirst: () => void;
}

interface Props {
  filter: string;
  onChosen: () => void;
  ref: Ref<ListHandle>;
}

const roles = {
  List: forwardRef<HTMLDivElement, React.HTMLAttributes<HTMLDivElement>>(function List(props, ref) {
    return <div {...props} ref={ref} role="list" />;
  }),
  Item: function Item(props: React.HTMLAttributes<HTMLDivElement>) {
    return <div {...props} role="listitem" />;
  },
};

const isConversation = (row: Row | undefined) => row?.kind === 'conversation';

/** Rooms and people. One row is in the order of Tab; the arrows go through them. */
export function ConversationList({ filter, onChosen, ref }: Props) {
  const rows = useRows(filter);
  const open = useStore((state) => state.open);
  const [active, setActive] = useState<string | null>(null);
  const list = useRef<VirtuosoHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const reachable = rows.some((row) => row.id === active) ? active : (rows.find((row) => row.id === open) ?? rows.find(isConversation))?.id;

  const focusRow = useCallback((row: Row | undefined, index: number) => {
    if (!row) return;
    setActive(row.id);
    const find = () => box.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.id)}"]`);
    // The first row comes with the heading above it.
    list.current?.scrollIntoView({ index: index === 1 ? 0 : index, behavior: 'auto', done: () => find()?.focus() });
    find()?.focus();
  }, []);

  useImperativeHandle(ref, () => ({
    focusFirst: () => focusRow(rows.find(isConversation), rows.findIndex(isConversation)),
  }));

  // Chosen by a shortcut or the switcher: it comes into view.
  useEffect(() => {
    const index = rows.findIndex((row) => row.id === open);
    if (index >= 0) list.current?.scrollIntoView({ index, behavior: 'auto' });
    // Only when another conversation opens, not when the list changes under one who reads it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [open]);

  const onKey = (event: React.KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = rows.findIndex((row) => row.id === reachable);
    const target = targetOf(event.key, rows, at);
    if (target < 0 || !(event.target as HTMLElement).dataset.row) return;
    event.preventDefault();
    focusRow(rows[target], target);
  };

  const choose = useCallback(
    (key: ConversationKey) => {
      onChosen();
      setActive(key);
      void openConversation(key);
    },
    [onChosen],
  );

  return (
    <div className={styles.list} ref={box} onKeyDown={onKey}>
      <Virtuoso
        ref={list}
        data={rows}
        components={roles}
        computeItemKey={(_, row) => row.id}
        increaseViewportBy={200}
        tabIndex={-1}
        itemContent={(_, row) =>
          row.kind === 'conversation' ? (
            <ConversationRow id={row.id} selected={row.id === open} reachable={row.id === reachable} onChoose={choose} />
          ) : row.kind === 'heading' ? (
            <Heading section={row.section} />
          ) : (
            <p className={styles.note}>{row.text === 'noMatch' ? t('list.noMatch', { text: filter.trim() }) : t(row.text === 'noRooms' ? 'list.noRooms' : 'list.noPeople')}</p>
          )
        }
      />
    </div>
  );
}

function targetOf(key: string, rows: readonly Row[], at: number): number {
  if (key === 'ArrowDown') return rows.findIndex((row, index) => index > at && isConversation(row));
  if (key === 'ArrowUp') return rows.findLastIndex((row, index) => index < at && isConversation(row));
  if (key === 'Home') return rows.findIndex(isConversation);
  if (key === 'End') return rows.findLastIndex(isConversation);
  return -1;
}

function useRows(filter: string): Row[] {
  const rooms = useStore((state) => state.rooms);
  const people = useStore((state) => state.people);
  const conversations = useStore((state) => state.conversations);
  const self = useStore((state) => state.app?.self?.username ?? '');
  return useMemo(() => rowsOf({ rooms, people, conversations, self }, filter), [rooms, people, conversations, self, filter]);
}
