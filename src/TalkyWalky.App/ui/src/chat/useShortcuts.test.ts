import { expect, test } from 'vitest';
import { nextOf } from './useShortcuts';

const keys = ['a', 'b', 'c', 'd'];
const any = () => true;

test('Next_GoesRoundTheList', () => {
  expect(nextOf(keys, 'a', 1, any)).toBe('b');
  expect(nextOf(keys, 'd', 1, any)).toBe('a');
  expect(nextOf(keys, 'a', -1, any)).toBe('d');
});

test('Next_FromNothing_IsTheFirstOrTheLast', () => {
  expect(nextOf(keys, null, 1, any)).toBe('a');
  expect(nextOf(keys, null, -1, any)).toBe('d');
});

test('Next_Unread_SkipsTheOthers', () => {
  expect(nextOf(keys, 'b', 1, (key) => key === 'a')).toBe('a');
  expect(nextOf(keys, 'a', 1, () => false)).toBeUndefined();
  expect(nextOf([], null, 1, any)).toBeUndefined();
});
