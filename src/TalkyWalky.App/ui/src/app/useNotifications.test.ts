import { expect, it } from 'vitest';
import { sampleConversation, sampleMessage, sampleSettings } from '../store/samples';
import { initial, type Store } from '../store/state';
import { shouldTell } from './useNotifications';
import { titleOf } from './useTitle';

const settings = sampleSettings();
const state: Store = { ...initial, settings };
const message = sampleMessage(1);
const now = Date.parse(message.sentAt) + 2000;

it('tells of a message while one looks elsewhere', () => {
  expect(shouldTell(message, state, false, now)).toBe(true);
  expect(shouldTell(message, { ...state, open: 'person/bob' }, false, now)).toBe(true);
  expect(shouldTell(message, { ...state, open: 'person/carol' }, true, now)).toBe(true);
});

it('is quiet about what one looks at, wrote, muted or turned off', () => {
  expect(shouldTell(message, { ...state, open: 'person/bob' }, true, now)).toBe(false);
  expect(shouldTell(sampleMessage(1, { mine: true }), state, false, now)).toBe(false);
  const muted = new Map([['person/bob', sampleConversation({ muted: true })] as const]);
  expect(shouldTell(message, { ...state, conversations: muted }, false, now)).toBe(false);
  expect(shouldTell(message, { ...state, settings: { ...settings, notifications: false } }, false, now)).toBe(false);
});

it('leaves a history that comes late to the unread marks', () => {
  expect(shouldTell(message, state, false, now + 7_200_000)).toBe(false);
});

it('counts the unread in the title of the window', () => {
  expect(titleOf(0, '')).toBe('TalkyWalky');
  expect(titleOf(3, 'lab')).toBe('(3) lab – TalkyWalky');
  expect(titleOf(120, '')).toBe('(99+) TalkyWalky');
});
