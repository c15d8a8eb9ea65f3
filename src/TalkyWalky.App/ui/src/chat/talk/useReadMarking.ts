import { useCallback, useEffect, useRef } from 'react';
import type { ConversationKey } from '../../api/types';
import { beginUnread, markRead, useStore } from '../../store';

/** So much of a message must be in view to count as seen, in pixels. */
const seenHeight = 80;
const pause = 150;

/** Marks what is in view as read while the window has the focus; draws the line "New" before what comes while it has not. Returns what to call after scrolling and drawing: on a busy machine a message is drawn long after it came. */
export function useReadMarking(key: ConversationKey, scroller: React.RefObject<HTMLElement | null>): () => void {
  const unread = useStore((state) => state.conversations.get(key)?.unread ?? 0);
  const items = useStore((state) => state.windows.get(key)?.items);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const check = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      if (!document.hasFocus() || document.hidden || !scroller.current) return;
      const position = lastSeen(scroller.current);
      if (position) void markRead(key, position);
    }, pause);
  }, [key, scroller]);

  useEffect(() => {
    if (unread === 0) return;
    if (!document.hasFocus()) beginUnread(key);
    check();
  }, [key, unread, items, check]);

  useEffect(() => {
    window.addEventListener('focus', check);
    document.addEventListener('visibilitychange', check);
    return () => {
      clearTimeout(timer.current);
      window.removeEventListener('focus', check);
      document.removeEventListener('visibilitychange', check);
    };
  }, [check]);

  return check;
}

function lastSeen(scroller: HTMLElement): string | undefined {
  const end = scroller.getBoundingClientRect().bottom;
  const seen = [...scroller.querySelectorAll<HTMLElement>('[data-position]')].findLast((element) => {
    const box = element.getBoundingClientRect();
    return box.height > 0 && box.top + Math.min(box.height, seenHeight) <= end + 1;
  });
  return seen?.dataset.position;
}
