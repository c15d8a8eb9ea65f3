import { afterEach, expect, test } from 'vitest';
import { copy } from './clipboard';
import { change, initial, read } from './state';

afterEach(() => change(initial, true));

const clipboard = (writeText: (text: string) => Promise<void>) => Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
const toasts = () => read().toasts.map(({ kind, text }) => ({ kind, text }));

test('Copy_Done_SaysSo', async () => {
  let held = '';
  clipboard(async (text) => void (held = text));
  await copy('hello', 'The text is copied.');
  expect(held).toBe('hello');
  expect(toasts()).toEqual([{ kind: 'info', text: 'The text is copied.' }]);
});

test('Copy_Refused_SaysWhatToDo', async () => {
  clipboard(() => Promise.reject(new DOMException('', 'NotAllowedError')));
  await copy('hello', 'The text is copied.');
  expect(toasts()).toMatchObject([{ kind: 'error' }]);
});
