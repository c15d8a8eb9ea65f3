import { beforeEach, expect, it } from 'vitest';
import { speak } from './language';
import { fileSize } from './size';

beforeEach(() => speak('en'));

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1,023 bytes'],
  [1024, '1 kB'],
  [12_300, '12 kB'],
  [1_048_575, '1 MB'],
  [1_600_000, '1.5 MB'],
  [8_388_608, '8 MB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(fileSize(bytes)).toBe(text);
});

it('writes sizes in French', () => {
  speak('fr');
  expect(fileSize(1_600_000).replace(/\s/g, ' ')).toBe('1,5 Mo');
});
