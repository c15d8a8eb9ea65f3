import { ArrowLeft, X } from 'lucide-react';
import { memo, useEffect, useRef } from 'react';
import type { ConversationKey } from '../../api/types';
import { IconButton } from '../../parts/IconButton';
import { isRoomKey, nameOfKey, showDetails, showPerson, useStore } from '../../store';
import { t } from '../../text';
import styles from './Details.module.css';
import { PersonDetails } from './PersonDetails';
import { RoomDetails } from './RoomDetails';

/** Of the room or the person that is open. `over`: it lies over the conversation and takes the focus. */
export const Details = memo(function Details({ id, over }: { id: ConversationKey; over: boolean }) {
  const person = useStore((state) => state.detailsPerson);
  const isRoom = isRoomKey(id);
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!over) return;
    const before = document.activeElement;
    pane.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [over]);
  return (
    <aside ref={pane} tabIndex={-1} className={over ? styles.over : styles.details} aria-label={t('main.details')}>
      <header className={styles.head}>
        {isRoom && person && (
          <IconButton label={t('details.backToRoom')} onClick={() => showPerson(null)} side="bottom">
            <ArrowLeft />
          </IconButton>
        )}
        <h2>{t('main.details')}</h2>
        <IconButton label={t('close')} onClick={() => showDetails(false, over)} side="bottom">
          <X />
        </IconButton>
      </header>
      {isRoom && !person ? <RoomDetails room={nameOfKey(id)} /> : <PersonDetails key={person ?? id} username={person ?? nameOfKey(id)} />}
    </aside>
  );
});
