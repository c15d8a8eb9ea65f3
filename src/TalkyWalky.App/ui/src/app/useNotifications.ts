import { useEffect } from 'react';
import type { Message } from '../api/types';
import { authorName } from '../chat/names';
import { plainName } from '../chat/text/names';
import { closeDialog } from '../dialogs/open';
import { change, onLiveEvent, openConversation, keyOfMessage, read, type Store } from '../store';
import { t } from '../text';

/** What is older came while nobody was here, and the unread marks tell it; in milliseconds. */
const stillNews = 3_600_000;

/**
 * Tells the system of new messages: who and where, never what. Systems keep notifications unencrypted and show them on locked
 * screens. One for each conversation, the newest.
 */
export function useNotifications(): void {
  useEffect(
    () =>
      onLiveEvent((event) => {
        if (event.type === 'message' && shouldTell(event.message, read(), isLookedAt(), Date.now())) tell(event.message);
      }),
    [],
  );
}

export function shouldTell(message: Message, state: Store, lookedAt: boolean, now: number): boolean {
  const key = keyOfMessage(message);
  return (
    !message.mine &&
    state.settings?.notifications === true &&
    state.conversations.get(key)?.muted !== true &&
    !(lookedAt && state.open === key) &&
    now - Date.parse(message.sentAt) < stillNews
  );
}

function isLookedAt(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function tell(message: Message): void {
  if (!('Notification' in window)) return;
  if (Notification.permission === 'default' && read().offer === 'none') change({ offer: 'shown' });
  if (Notification.permission !== 'granted') return;
  const key = keyOfMessage(message);
  const name = authorName(message, read().people.get(message.from));
  const body = message.isRoom ? t('notify.room', { room: plainName(message.with) }) : t('notify.person');
  const notification = new Notification(name, { body, tag: key, icon: '/icon.svg' });
  notification.onclick = () => {
    window.focus();
    closeDialog();
    void openConversation(key);
    notification.close();
  };
}
