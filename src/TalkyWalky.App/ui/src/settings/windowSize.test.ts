import { expect, it } from 'vitest';
import { currentWindow, largestWindow, readPixels, smallestWindow } from './windowSize';

it.each(['360', '3840', ' 1180 '])('takes %s as a width', (typed) => {
  expect(readPixels(typed, 'width')).toBe(Number(typed));
});

it.each(['359', '3841', '', '12.5', '-400', '1e3', 'wide', '99999999'])('refuses "%s" as a width', (typed) => {
  expect(readPixels(typed, 'width')).toBeNull();
});

it('has its own bounds for the height', () => {
  expect(readPixels('200', 'height')).toBe(200);
  expect(readPixels('199', 'height')).toBeNull();
  expect(readPixels('2160', 'height')).toBe(2160);
  expect(readPixels('2161', 'height')).toBeNull();
});

it('forces the current window into the bounds', () => {
  Object.assign(window, { outerWidth: 100, outerHeight: 9000 });
  expect(currentWindow()).toEqual({ width: smallestWindow.width, height: largestWindow.height });
});
