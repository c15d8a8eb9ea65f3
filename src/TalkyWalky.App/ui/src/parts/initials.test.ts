import { expect, it } from 'vitest';
import { hueOf } from './hue';
import { initialsOf } from './initials';

it.each([
  ['Ada King Lovelace', 'AL'],
  ['bob', 'B'],
  ['marie.curie', 'MC'],
  ['élise', 'É'],
  ['(Zoë) Y.', 'ZY'],
  ['🦊', '?'],
  ['', '?'],
])('%s has the initials %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

it('gives every name one of ten hues, and the same each time', () => {
  const names = Array.from({ length: 500 }, (_, at) => `user${at}`);
  const hues = new Set(names.map(hueOf));
  expect([...hues].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(names.map(hueOf)).toEqual(names.map(hueOf));
});
