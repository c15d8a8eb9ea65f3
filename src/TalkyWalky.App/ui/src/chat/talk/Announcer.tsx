import { useEffect, useState } from 'react';
import type { ConversationKey } from '../../api/types';
import { keyOfMessage, onLiveEvent, read } from '../../store';
import { t } from '../../text';
import { authorName } from '../names';
import { oneLine } from '../text/names';

/** Tells screen readers of a new message in the conversation on screen. The list itself cannot: it draws old ones as one scrolls. */
export function Announcer({ id }: { id: ConversationKey }) {
  const [said, setSaid] = useState('');
  useEffect(
    () =>
      onLiveEvent((event) => {
        if (event.type !== 'message' || event.message.mine || keyOfMessage(event.message) !== id) return;
        const name = authorName(event.message, read().people.get(event.message.from));
        const text = oneLine(event.message.text);
        setSaid(event.message.file ? t('history.announceFile', { name, file: text }) : t('history.announce', { name, text }));
      }),
    [id],
  );
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-announcer>
      {said}
    </div>
  );
}
