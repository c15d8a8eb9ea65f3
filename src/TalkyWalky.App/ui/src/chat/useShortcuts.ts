import { useEffect } from 'react';
import { isCovered, openDialog } from '../dialogs/open';
import { openConversation, read, showDetails, showList, showPerson } from '../store';
import { keysOf, listsOf } from './list/rows';
import { narrowWidth } from './useIsNarrow';

/** The keys of the main screen. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isCovered()) return;
      if (handled(event)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function handled(event: KeyboardEvent): boolean {
  const { key, altKey, shiftKey } = event;
  const command = event.ctrlKey || event.metaKey;
  if (command && !altKey && !shiftKey && key.toLowerCase() === 'k') openDialog({ kind: 'switcher' });
  else if (command && !altKey && key === ',') openDialog({ kind: 'settings' });
  else if (!command && !altKey && key === '?' && !isWriting(event.target)) openDialog({ kind: 'shortcuts' });
  else if (altKey && !command && (key === 'ArrowUp' || key === 'ArrowDown')) go(key === 'ArrowUp' ? -1 : 1, shiftKey);
  else if (key === 'Escape' && !altKey && !command && !shiftKey) return leave();
  else return false;
  return true;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

function go(step: 1 | -1, unreadOnly: boolean): void {
  const state = read();
  const { conversations, open } = state;
  const next = nextOf(keysOf(listsOf(state), ''), open, step, (key) => !unreadOnly || (conversations.get(key)?.unread ?? 0) > 0);
  if (next) void openConversation(next);
}

/** Round the list, from the one that is open. */
export function nextOf<K>(keys: readonly K[], from: K | null, step: 1 | -1, fits: (key: K) => boolean): K | undefined {
  const at = from === null ? -1 : keys.indexOf(from);
  const begin = at < 0 ? (step === 1 ? -1 : keys.length) : at;
  for (let n = 1; n <= keys.length; n += 1) {
    const key = keys[(begin + step * n + keys.length * 2) % keys.length];
    if (key !== undefined && key !== from && fits(key)) return key;
  }
  return undefined;
}

/** The top-most thing closes: the details over the conversation, a person in them, then the conversation where one pane is shown. */
function leave(): boolean {
  const { detailsOver, detailsPerson, pane } = read();
  const isNarrow = (width: number) => matchMedia(`(max-width: ${width}px)`).matches;
  if (detailsOver && isNarrow(narrowWidth.details)) showDetails(false, true);
  else if (detailsPerson) showPerson(null);
  else if (pane === 'conversation' && isNarrow(narrowWidth.panes)) showList();
  else return false;
  return true;
}
