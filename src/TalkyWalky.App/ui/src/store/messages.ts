import { api } from '../api/calls';
import { ApiError } from '../api/http';
import { reasonOf } from '../api/reason';
import type { ConversationKey, Message } from '../api/types';
import { flushDraft } from './drafts';
import { isAfter, justAfter } from './keys';
import { answered } from './meanwhile';
import { attempt } from './problems';
import { changeSettings } from './settings';
import type { Loading } from './state';
import { change, read, withEntry } from './state';
import type { MessageWindow } from './window';
import { merge, openWindow, trimEnd, trimStart } from './window';

const page = 80;
/** Shown above the first unread one. */
const readBefore = 30;

let epochs = 0;
export const nextEpoch = () => ++epochs;

/** Shows a conversation: at the first unread message, else at the newest. */
export async function openConversation(key: ConversationKey): Promise<void> {
  const { open, settings } = read();
  if (open && open !== key) flushDraft(open);
  change({ open: key, pane: 'conversation', detailsPerson: null, detailsOver: false });
  if (settings && settings.lastConversation !== key) void changeSettings({ lastConversation: key });
  const window = read().windows.get(key);
  const conversation = read().conversations.get(key);
  if (!window?.atEnd) {
    await loadFirst(key);
  } else if (open !== key) {
    const unreadAfter = conversation?.unread ? conversation.readUpTo : null;
    const holdsUnread = unreadAfter === null || window.atStart || (window.items[0] && !isAfter(window.items[0].position, unreadAfter));
    if (holdsUnread) setWindow(key, { ...window, unreadAfter, epoch: nextEpoch() });
    else await loadFirst(key);
  }
}

export function showList(): void {
  const { open } = read();
  if (open) flushDraft(open);
  change({ pane: 'list' });
}

export async function loadFirst(key: ConversationKey): Promise<void> {
  const conversation = read().conversations.get(key);
  if (conversation && conversation.unread > 0) await loadAround(key, conversation.readUpTo);
  else await loadNewest(key);
}

export async function loadNewest(key: ConversationKey): Promise<void> {
  await loading(key, 'first', async () => {
    const items = await messagesOf(key, { limit: page });
    setWindow(key, openWindow(items, { atStart: items.length < page, atEnd: true }, nextEpoch(), null));
  });
}

/** The stretch around a position, with what comes after it as the unread part. */
export async function loadAround(key: ConversationKey, position: string): Promise<void> {
  await loading(key, 'first', async () => {
    const [before, after] = await Promise.all([
      messagesOf(key, { limit: readBefore, before: justAfter(position) }),
      messagesOf(key, { limit: page, after: position }),
    ]);
    const ends = { atStart: before.length < readBefore, atEnd: after.length < page };
    setWindow(key, openWindow([...before, ...after], ends, nextEpoch(), position));
  });
}

export async function loadBefore(key: ConversationKey): Promise<void> {
  const first = read().windows.get(key)?.items[0];
  if (!first || read().windows.get(key)?.atStart) return;
  await loading(key, 'before', async (window) => {
    const items = await messagesOf(key, { limit: page, before: first.position });
    const next = window();
    if (next) setWindow(key, trimEnd({ ...merge(next, items), atStart: items.length < page }));
  });
}

export async function loadAfter(key: ConversationKey): Promise<void> {
  const last = read().windows.get(key)?.items.at(-1);
  if (!last || read().windows.get(key)?.atEnd) return;
  await loading(key, 'after', async (window) => {
    const items = await messagesOf(key, { limit: page, after: last.position });
    const next = window();
    if (next) setWindow(key, trimStart({ ...merge(next, items), atEnd: items.length < page }));
  });
}

/** After the connection to the program came back: what came meanwhile. Windows that nobody looks at are forgotten. */
export async function refreshOpen(): Promise<void> {
  const { open, windows } = read();
  const shown = open ? windows.get(open) : undefined;
  change({ windows: open && shown ? new Map([[open, shown]]) : new Map() });
  if (!open) return;
  if (!shown || shown.items.length === 0) return loadFirst(open);
  if (!shown.atEnd) return;
  await attempt(
    answered(messagesOf(open, { limit: page }), (items) => {
      const window = read().windows.get(open);
      const last = window?.items.at(-1);
      if (!window || !last || !items[0]) return {};
      const isJoined = !isAfter(items[0].position, last.position) || items.length < page;
      // More came than fits a page: the rest is fetched when one scrolls there.
      return { windows: withEntry(read().windows, open, isJoined ? merge(window, items) : { ...window, atEnd: false }) };
    }),
  );
}

async function messagesOf(key: ConversationKey, wish: { limit: number; before?: string; after?: string }): Promise<Message[]> {
  try {
    return await api.messages(key, wish);
  } catch (error) {
    // Nobody wrote in it yet.
    if (error instanceof ApiError && error.code === 'not-found' && !read().conversations.has(key)) return [];
    throw error;
  }
}

async function loading(key: ConversationKey, what: Loading, work: (window: () => MessageWindow | undefined) => Promise<void>): Promise<void> {
  const begun = read().windows.get(key)?.epoch;
  if (what !== 'first' && read().loading.has(key)) return;
  change({ loading: withEntry(read().loading, key, what), windowTrouble: withEntry(read().windowTrouble, key, undefined) });
  try {
    // A window that was opened anew meanwhile is not mixed with a page of the old one.
    await work(() => [read().windows.get(key)].find((window) => window?.epoch === begun));
  } catch (error) {
    change({ windowTrouble: withEntry(read().windowTrouble, key, reasonOf(error)) });
  } finally {
    change({ loading: withEntry(read().loading, key, undefined) });
  }
}

export function setWindow(key: ConversationKey, window: MessageWindow): void {
  change({ windows: withEntry(read().windows, key, window) });
}

/** Draws the line "New" before what comes while nobody looks. */
export function beginUnread(key: ConversationKey): void {
  const window = read().windows.get(key);
  const conversation = read().conversations.get(key);
  if (!window || !conversation || conversation.unread === 0) return;
  // What stands after the old line and was read since moves the line; otherwise it stays where it is.
  const { unreadAfter } = window;
  const wasRead = (position: string) => !isAfter(position, conversation.readUpTo);
  const isStale = unreadAfter === null || window.items.some((item) => !item.mine && isAfter(item.position, unreadAfter) && wasRead(item.position));
  if (isStale) setWindow(key, { ...window, unreadAfter: conversation.readUpTo });
}

let markedTo: { key: ConversationKey; position: string } | null = null;

/** Everything up to here was seen. */
export async function markRead(key: ConversationKey, position: string): Promise<void> {
  const conversation = read().conversations.get(key);
  if (!conversation || conversation.unread === 0 || !isAfter(position, conversation.readUpTo)) return;
  if (markedTo?.key === key && !isAfter(position, markedTo.position)) return;
  markedTo = { key, position };
  const window = read().windows.get(key);
  if (window?.atEnd) {
    const unread = window.items.filter((item) => !item.mine && isAfter(item.position, position)).length;
    change({ conversations: withEntry(read().conversations, key, { ...conversation, unread, readUpTo: position }) });
  }
  await attempt(api.markRead(key, position));
}
