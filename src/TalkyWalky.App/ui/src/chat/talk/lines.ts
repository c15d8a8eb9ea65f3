import type { Message } from '../../api/types';
import { isAfter, type MessageWindow } from '../../store';

/** Messages of one sender within this time share a head. */
const runMilliseconds = 5 * 60_000;

export interface Line {
  /** Shows who wrote it. */
  head: boolean;
  /** The first of a day. */
  newDay: boolean;
  /** The first unread one. */
  unread: boolean;
  /** The next one of the same author says nothing else about its state. */
  last: boolean;
}

/** How the message at this place of a window stands among its neighbours. */
export function lineOf(window: MessageWindow, at: number): Line {
  const { items, unreadAfter } = window;
  const message = items[at]!;
  const before = items[at - 1];
  const after = items[at + 1];
  const newDay = before ? !isSameDay(before.sentAt, message.sentAt) : window.atStart;
  const unread = at === firstUnread(items, unreadAfter);
  const head = newDay || unread || !before || !isOneRun(before, message);
  return { head, newDay, unread, last: !after || !isOneRun(message, after) || after.state !== message.state };
}

function isOneRun(before: Message, message: Message): boolean {
  const apart = Math.abs(Date.parse(message.sentAt) - Date.parse(before.sentAt));
  return before.from === message.from && !message.gapBefore && apart <= runMilliseconds;
}

function isSameDay(a: string, b: string): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

let found: { items: readonly Message[]; unreadAfter: string | null; at: number } | null = null;

/** Place of the first message of somebody else after this position; -1: none. Asked for each line drawn, so the last answer is kept. */
export function firstUnread(items: readonly Message[], unreadAfter: string | null): number {
  if (unreadAfter === null) return -1;
  if (found?.items !== items || found.unreadAfter !== unreadAfter) {
    found = { items, unreadAfter, at: items.findIndex((item) => !item.mine && isAfter(item.position, unreadAfter)) };
  }
  return found.at;
}
