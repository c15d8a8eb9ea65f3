import type { Message, MessageState } from '../api/types';
import { comparePositions, isAfter, messageKey } from './keys';

/** A stretch of a conversation without holes, by position: what was loaded of it. */
export interface MessageWindow {
  items: readonly Message[];
  /** Index of the first item for the list on screen: it falls when something comes before, so that nothing moves. */
  firstIndex: number;
  atStart: boolean;
  atEnd: boolean;
  /** Tells one loading of the window from the next: the list on screen begins anew. */
  epoch: number;
  /** Messages up to here had been read when it was opened; null: all. */
  unreadAfter: string | null;
}

export const firstIndexAtOpen = 1_000_000;

/** So many are held; what is farthest from the end that grows goes first. */
export const largestWindow = 3000;

export function openWindow(
  items: readonly Message[],
  ends: { atStart: boolean; atEnd: boolean },
  epoch: number,
  unreadAfter: string | null,
): MessageWindow {
  return { items: sorted(items), firstIndex: firstIndexAtOpen, ...ends, epoch, unreadAfter };
}

function sorted(items: readonly Message[]): Message[] {
  const byKey = new Map<string, Message>();
  for (const item of items) byKey.set(messageKey(item), item);
  return [...byKey.values()].sort((a, b) => comparePositions(a.position, b.position));
}

/** Puts a page into its place; what is there already is replaced. */
export function merge(window: MessageWindow, page: readonly Message[]): MessageWindow {
  if (page.length === 0) return window;
  const oldFirst = window.items[0];
  const items = sorted([...window.items, ...page]);
  const before = oldFirst ? items.findIndex((item) => messageKey(item) === messageKey(oldFirst)) : 0;
  return { ...window, items, firstIndex: window.firstIndex - before };
}

export function trimEnd(window: MessageWindow): MessageWindow {
  if (window.items.length <= largestWindow) return window;
  return { ...window, items: window.items.slice(0, largestWindow), atEnd: false };
}

export function trimStart(window: MessageWindow): MessageWindow {
  const excess = window.items.length - largestWindow;
  if (excess <= 0) return window;
  return { ...window, items: window.items.slice(excess), firstIndex: window.firstIndex + excess, atStart: false };
}

/** A message that came or changed; the window stays as it is when it belongs outside. */
export function put(window: MessageWindow, message: Message): MessageWindow {
  const at = indexOf(window, message);
  if (at >= 0) {
    const old = window.items[at]!;
    if (old.position === message.position) return { ...window, items: window.items.with(at, message) };
    const items = sorted([...window.items.toSpliced(at, 1), message]);
    return { ...window, items };
  }
  const { items } = window;
  const last = items.at(-1);
  if (!last || isAfter(message.position, last.position)) {
    return window.atEnd ? { ...window, items: [...items, message] } : window;
  }
  const place = items.findIndex((item) => isAfter(item.position, message.position));
  if (place === 0) {
    return window.atStart ? { ...window, items: [message, ...items], firstIndex: window.firstIndex - 1 } : window;
  }
  return { ...window, items: items.toSpliced(place, 0, message) };
}

const order: readonly MessageState[] = ['received', 'queued', 'failed', 'sent', 'delivered', 'read'];

/** A message as it was when it was kept. What is known of it already may be newer: a change of its state can overtake it. */
export function unlessOvertaken(known: Message | null | undefined, message: Message): Message {
  return known && order.indexOf(known.state) > order.indexOf(message.state) ? known : message;
}

export function find(window: MessageWindow | undefined, message: Message): Message | undefined {
  return window?.items[indexOf(window, message)];
}

/** From the end: what comes or changes is nearly always new. */
function indexOf(window: MessageWindow, message: Message): number {
  return window.items.findLastIndex((item) => item.id === message.id && item.from === message.from);
}

export function without(window: MessageWindow, message: Message): MessageWindow {
  const at = indexOf(window, message);
  return at < 0 ? window : { ...window, items: window.items.toSpliced(at, 1) };
}
