import { expect, it } from 'vitest';
import { usernameTrouble } from './usernames';

it.each(['al', 'alice', 'build-bot', 'a.b_c', ' Alice ', 'x'.repeat(20)])('takes %s', (name) => {
  expect(usernameTrouble(name)).toBeNull();
});

it.each(['', 'a', 'x'.repeat(21), 'anna maria', 'zoë', '-al', 'al.'])('explains what is wrong with "%s"', (name) => {
  expect(usernameTrouble(name)).not.toBeNull();
});
