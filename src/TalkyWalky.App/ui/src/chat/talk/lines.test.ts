import { expect, test } from 'vitest';
import type { Message } from '../../api/types';
import { sampleMessage } from '../../store/samples';
import { openWindow } from '../../store/window';
import { lineOf } from './lines';

const at = (n: number, minute: number, change: Partial<Message> = {}) =>
  sampleMessage(n, { sentAt: new Date(2026, 2, 3, 9, minute).toISOString(), ...change });
const lines = (items: Message[], unreadAfter: string | null = null) => {
  const window = openWindow(items, { atStart: true, atEnd: true }, 1, unreadAfter);
  return items.map((_, index) => lineOf(window, index));
};
const heads = (items: Message[], unreadAfter: string | null = null) => lines(items, unreadAfter).map((line) => line.head);

test('Line_SameAuthorWithinFiveMinutes_SharesTheHead', () => {
  expect(heads([at(1, 0), at(2, 5), at(3, 11)])).toEqual([true, false, true]);
});

test('Line_OtherAuthorDayOrGap_BeginsAnew', () => {
  expect(heads([at(1, 0), at(2, 1, { from: 'carol' }), at(3, 2, { from: 'carol', gapBefore: true })])).toEqual([true, true, true]);
  const night = [at(1, 0, { sentAt: new Date(2026, 2, 3, 23, 59).toISOString() }), at(2, 0, { sentAt: new Date(2026, 2, 4, 0, 1).toISOString() })];
  expect(lines(night).map((line) => line.newDay)).toEqual([true, true]);
});

test('Line_Unread_IsTheFirstOfSomebodyElse', () => {
  const items = [at(1, 0), at(2, 1, { mine: true, from: 'ada' }), at(3, 2), at(4, 3)];
  expect(lines(items, items[0]!.position).map((line) => line.unread)).toEqual([false, false, true, false]);
  expect(lines(items).some((line) => line.unread)).toBe(false);
});

test('Line_Last_IsWhereTheStateChanges', () => {
  const own = (n: number, state: Message['state']) => at(n, 0, { mine: true, from: 'ada', state });
  expect(lines([own(1, 'read'), own(2, 'read'), own(3, 'sent')]).map((line) => line.last)).toEqual([false, true, true]);
});
