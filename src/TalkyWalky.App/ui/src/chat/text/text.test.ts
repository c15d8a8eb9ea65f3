import { expect, test } from 'vitest';
import { isEmojiOnly } from './emoji-only';
import { excerpt } from './excerpt';
import { oneLine, plainName } from './names';
import { render } from './render';

const nobody: ReadonlySet<string> = new Set();
const members: ReadonlySet<string> = new Set(['bob', 'ada.l']);

function elementOf(text: string, known = nobody): HTMLElement {
  const element = document.createElement('div');
  element.innerHTML = render(text, known);
  return element;
}

test.each([
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '<svg/onload=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<style>*{display:none}</style>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '`<img src=x onerror=alert(1)>`',
  '```"><img src=x onerror=alert(1)>\n<b>\n```',
  '![x](https://example.org/a.png)',
  '<form action=https://example.org><input name=q></form>',
  '[x](https://example.org "\\"><img src=x onerror=alert(1)>")',
])('Render_%s_MakesNoElementOfIt', (hostile) => {
  const element = elementOf(hostile);
  expect(element.querySelector('img, script, svg, style, iframe, form, input, b')).toBeNull();
  for (const any of element.querySelectorAll('*')) {
    expect([...any.attributes].map((attribute) => attribute.name).filter((name) => name.startsWith('on') || name === 'style' || name === 'src')).toEqual([]);
  }
});

test.each([
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](\u0001javascript:alert(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](vbscript:x)',
  '[x](file:///etc/passwd)',
  '[x](talkywalky://join)',
  '<javascript:alert(1)>',
  'javascript:alert(1)',
  '[x](//example.org)',
  'ftp://example.org/x',
])('Render_%s_IsNoLink', (hostile) => {
  expect(elementOf(hostile).querySelector('a')).toBeNull();
});

test('Render_WebLink_OpensElsewhereAndTellsNothing', () => {
  const link = elementOf('see https://example.org/a?b=c').querySelector('a')!;
  expect(link.href).toBe('https://example.org/a?b=c');
  expect(link.target).toBe('_blank');
  expect(link.rel).toBe('noopener noreferrer');
});

test('Render_BareDomain_IsALinkButFileNamesAreNot', () => {
  expect(elementOf('example.org').querySelector('a')!.href).toContain('example.org');
  expect(elementOf('main.py README.md Program.cs').querySelector('a')).toBeNull();
});

test('Render_LinkThatPretendsToBeAnother_ShowsWhereItGoes', () => {
  expect(elementOf('[https://bank.example](https://evil.example/x)').textContent).toContain('(evil.example)');
  expect(elementOf('[the notes](https://example.org/x)').textContent?.trim()).toBe('the notes');
});

test('Render_Override_IsSeen', () => {
  expect(elementOf('invoice\u202Efdp.exe').textContent).toContain('invoice\uFFFDfdp.exe');
});

test('Render_EveryParagraph_HasItsOwnDirection', () => {
  expect([...elementOf('hello\n\nשלום').querySelectorAll('p')].map((p) => p.dir)).toEqual(['auto', 'auto']);
});

test('Render_LineBreaksAndHashes_AreKeptAsWritten', () => {
  expect(elementOf('one\ntwo').querySelectorAll('br')).toHaveLength(1);
  expect(elementOf('# lab').textContent?.trim()).toBe('# lab');
  expect(elementOf('a\n---').querySelector('h2, hr')).toBeNull();
  expect(elementOf('[a]: https://example.org').textContent).toContain('[a]:');
});

test('Render_Markdown_IsStyled', () => {
  const element = elementOf('**b** *i* ~~s~~ `c`\n\n> quote\n\n- one\n\n```js\nx < 1\n```');
  for (const tag of ['strong', 'em', 's', 'code', 'blockquote', 'li', 'pre']) expect(element.querySelector(tag), tag).not.toBeNull();
  expect(element.querySelector('pre')!.textContent).toBe('x < 1\n');
});

test('Render_Mention_IsMarkedForMembersOnly', () => {
  const names = [...elementOf('@bob, @Ada.L! @eve mail@bob.org `@bob`', members).querySelectorAll('.mention')].map((one) => one.textContent);
  expect(names).toEqual(['@bob', '@Ada.L']);
});

test.each([
  ['letters', 'a'.repeat(65_536)],
  ['stars', '*'.repeat(65_536)],
  ['brackets', '['.repeat(65_536)],
  ['quotes', '>'.repeat(65_536)],
  ['backticks', '`a'.repeat(32_768)],
  ['addresses', 'a@'.repeat(32_768)],
  ['dots', 'a.'.repeat(32_768)],
  ['mentions', '@bob '.repeat(13_000)],
])('Render_64KiBOf_%s_EndsSoon', (_, text) => {
  // Processor time: other tests run beside this one. What grows with the square of the length takes minutes.
  const begun = process.cpuUsage();
  render(excerpt(text) ?? text, members);
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(5000);
});

test('Excerpt_OfALongText_EndsAfterSixtyLines', () => {
  expect(excerpt('short')).toBeNull();
  expect(excerpt(Array(60).fill('x').join('\n'))).toBeNull();
  expect(excerpt(Array(100).fill('x').join('\n'))!.split('\n')).toHaveLength(60);
  expect(excerpt('👍'.repeat(10_000))!.endsWith('👍')).toBe(true);
});

test.each([
  ['👍', true],
  ['👩‍👩‍👧‍👦 👍🏽', true],
  ['🇫🇷', true],
  ['1', false],
  ['#', false],
  ['👍 ok', false],
  ['👍'.repeat(9), false],
  ['', false],
  [' ', false],
])('EmojiOnly_%s_Is%s', (text, expected) => {
  expect(isEmojiOnly(text)).toBe(expected);
});

const invisible = ['\u202E', '\u200B', '\u0000', '\uFEFF', '\u2066', '\u00AD', '\u034F', '\u180B', '\u180F', '\uFE00', '\uFE0F', '\u2800'];

test.each(invisible)('Name_WithSomethingInvisible_%j_ShowsIt', (character) => {
  expect(plainName(`bo${character}b`)).toBe('bo\uFFFDb');
});

test('Name_WithAnEmoji_StaysWhole', () => {
  expect(plainName('Coffee \u2615\uFE0F')).toBe('Coffee \u2615\uFE0F');
});

test('Name_TooLong_IsCut', () => {
  expect(plainName('x'.repeat(5000))).toHaveLength(80);
});

test('OneLine_OfManyLines_IsOne', () => {
  expect(oneLine('a\n\nb\tc')).toBe('a b c');
});
