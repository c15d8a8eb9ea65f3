import { expect, test } from 'vitest';
import { sampleMessage as message } from './samples';
import { firstIndexAtOpen, largestWindow, merge, openWindow, put, trimEnd, trimStart } from './window';

const ids = (window: { items: readonly { id: string }[] }) => window.items.map((item) => item.id);
const open = (...numbers: number[]) => openWindow(numbers.map((n) => message(n)), { atStart: false, atEnd: true }, 1, null);

test('Merge_OlderPage_LowersTheFirstIndexByWhatIsNew', () => {
  const window = merge(open(5, 6), [message(3), message(4), message(5)]);
  expect(ids(window)).toEqual(['id-3', 'id-4', 'id-5', 'id-6']);
  expect(window.firstIndex).toBe(firstIndexAtOpen - 2);
});

test('Merge_NewerPage_KeepsTheFirstIndex', () => {
  const window = merge(open(5, 6), [message(6), message(7)]);
  expect(ids(window)).toEqual(['id-5', 'id-6', 'id-7']);
  expect(window.firstIndex).toBe(firstIndexAtOpen);
});

test('Open_PositionsOfDifferentLengths_AreOrderedAsNumbers', () => {
  const window = openWindow(
    [message(1, { position: '1000000000000000001' }), message(2, { position: '99' }), message(3, { position: '1000000000000000000' })],
    { atStart: true, atEnd: true }, 1, null,
  );
  expect(ids(window)).toEqual(['id-2', 'id-3', 'id-1']);
});

test('Put_NewestMessage_IsAppendedOnlyAtTheEndOfTheConversation', () => {
  expect(ids(put(open(5), message(6)))).toEqual(['id-5', 'id-6']);
  const above = { ...open(5), atEnd: false };
  expect(put(above, message(6))).toBe(above);
});

test('Put_LateMessage_StandsWhereItBelongs', () => {
  expect(ids(put(open(5, 9), message(7)))).toEqual(['id-5', 'id-7', 'id-9']);
});

test('Put_OlderThanTheWindow_IsLeftForItsPage', () => {
  const window = open(5);
  expect(put(window, message(1))).toBe(window);
});

test('Put_SameIdOfAnotherAuthor_IsAnotherMessage', () => {
  expect(put(open(5), message(5, { from: 'carol', position: message(6).position })).items).toHaveLength(2);
});

test('Put_MovedMessage_IsSortedAnew', () => {
  expect(ids(put(open(5, 6), message(5, { position: message(7).position })))).toEqual(['id-6', 'id-5']);
});

test('Trim_TooLong_DropsTheFarEndAndSaysThatThereIsMore', () => {
  const items = Array.from({ length: largestWindow + 10 }, (_, n) => message(n));
  const window = openWindow(items, { atStart: true, atEnd: true }, 1, null);
  expect(trimEnd(window)).toMatchObject({ atStart: true, atEnd: false, firstIndex: firstIndexAtOpen });
  expect(trimStart(window)).toMatchObject({ atStart: false, atEnd: true, firstIndex: firstIndexAtOpen + 10 });
  expect(trimStart(window).items).toHaveLength(largestWindow);
});
