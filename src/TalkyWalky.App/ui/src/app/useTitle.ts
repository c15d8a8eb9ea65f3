import { useEffect } from 'react';
import { conversationName } from '../chat/conversation';
import { useStore } from '../store';
import { t } from '../text';

/** The window's title: how much is unread, and what is open. */
export function useTitle(): void {
  const unread = useStore((store) => {
    let sum = 0;
    for (const conversation of store.conversations.values()) if (!conversation.muted) sum += conversation.unread;
    return sum;
  });
  const open = useStore((store) => (store.open ? conversationName(store, store.open) : ''));
  useEffect(() => {
    document.title = titleOf(unread, open);
  }, [unread, open]);
}

export function titleOf(unread: number, open: string): string {
  const name = open ? `${open} – ${t('app.name')}` : t('app.name');
  return unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${name}` : name;
}
