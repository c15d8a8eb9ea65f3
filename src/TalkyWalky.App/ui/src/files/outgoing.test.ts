import { expect, it } from 'vitest';
import { longestFile, sendableName, sendableType } from './outgoing';

it.each([
  ['report.pdf', 'report.pdf'],
  ['Voilà 🚀.txt', 'Voilà 🚀.txt'],
  ['👩‍🚀.png', '👩‍🚀.png'],
  [' spaces .txt ', 'spaces .txt'],
  ['a/b\\c.txt', 'a_b_c.txt'],
  ['line\r\nbreak.txt', 'line_break.txt'],
  ['annual\u202Efdp.exe', 'annual_fdp.exe'],
  ['..', 'file'],
  ['  ', 'file'],
  [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(251)}.pdf`],
  [`${'é'.repeat(200)}.pdf`, `${'é'.repeat(125)}.pdf`],
  ['🚀'.repeat(100), '🚀'.repeat(63)],
])('sends %j as %j', (name, sent) => {
  expect(sendableName(name)).toBe(sent);
});

it.each([
  ['image/png', 'image/png'],
  ['application/vnd.oasis.opendocument.text', 'application/vnd.oasis.opendocument.text'],
  ['', 'application/octet-stream'],
  ['text', 'application/octet-stream'],
  ['text/plain; charset=utf-8', 'application/octet-stream'],
  ['TEXT/PLAIN', 'application/octet-stream'],
])('says of the type %j that it is %j', (type, sent) => {
  expect(sendableType(type)).toBe(sent);
});

it('allows more to a person than in a room', () => {
  expect([longestFile('person/bob'), longestFile('room/r1')]).toEqual([8_388_608, 1_048_576]);
});
