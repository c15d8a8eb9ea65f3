import { expect, test } from 'vitest';
import type { NamedEmoji } from '../../api/emoji';
import { samplePerson } from '../../store/samples';
import { emojiSuggestions, finishedCode, nameSuggestions, wantedAt } from './completion';

const emoji = (character: string, codes: string[], skins?: NamedEmoji['skins']): NamedEmoji => ({
  emoji: character, codes, label: codes[0]!, category: 0, version: 1, tags: codes, ...(skins ? { skins } : {}),
});
const wave = emoji('👋', ['wave'], { light: '👋🏻', 'medium-light': '👋🏼', medium: '👋🏽', 'medium-dark': '👋🏾', dark: '👋🏿' });
const emojis = [emoji('🌊', ['ocean_wave']), wave, emoji('😄', ['smile'])];

test.each([
  ['hello :wa', { sign: ':', text: 'wa', at: 6 }],
  ['@bo', { sign: '@', text: 'bo', at: 0 }],
  ['(@', { sign: '@', text: '', at: 1 }],
  ['at 10:30', null],
  ['mail@bo', null],
  [':)', null],
  [':w', null],
  ['plain', null],
])('Wanted_%s', (text, expected) => {
  expect(wantedAt(text, text.length)).toEqual(expected);
});

test('Wanted_LooksOnlyBeforeTheCaret', () => {
  expect(wantedAt('@bob said :wave', 4)).toEqual({ sign: '@', text: 'bob', at: 0 });
});

test('Emoji_Suggestions_BeginningFirst_InTheChosenTone', () => {
  expect(emojiSuggestions(emojis, 'wav', 3).map((one) => one.insert)).toEqual(['👋🏽 ', '🌊 ']);
  expect(emojiSuggestions(emojis, 'WAVE', 0)[0]!.picture).toBe('👋');
});

test('Finished_Code_BecomesTheEmoji', () => {
  expect(finishedCode(emojis, 'hi :wave:', 9, 0)).toEqual({ at: 3, emoji: '👋' });
  expect(finishedCode(emojis, 'hi :nothing:', 12, 0)).toBeNull();
  expect(finishedCode(emojis, '10:30:', 6, 0)).toBeNull();
});

test('Name_Suggestions_MatchUsernameAndNames', () => {
  const people = [samplePerson('zbob', { fullName: 'Bob Éloi' }), samplePerson('bob'), samplePerson('carol')];
  expect(nameSuggestions(people, 'bo').map((one) => one.insert)).toEqual(['@bob ', '@zbob ']);
  expect(nameSuggestions(people, 'elo').map((one) => one.insert)).toEqual(['@zbob ']);
});
