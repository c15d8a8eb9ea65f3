import { expect, test } from 'vitest';
import { fullnessOf, longestText } from './length';

test.each([
  ['a', longestText / 2, null],
  ['a', (longestText * 31) / 32, 96],
  ['a', longestText, 100],
  ['a', longestText + 1, 101],
  ['\u{1F680}', longestText / 4, 100],
  ['\u{1F680}', longestText / 2, 200],
  ['\u00e9', (longestText * 31) / 64, 96],
])('Fullness_Of%sTimes%s_Is%s', (letter, times, expected) => {
  expect(fullnessOf(letter.repeat(times))).toBe(expected);
});
