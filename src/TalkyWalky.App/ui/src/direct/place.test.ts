import { expect, test } from 'vitest';
import { parsePlace } from './place';

test.each([
  ['192.0.2.7:7451', { host: '192.0.2.7', port: 7451 }],
  [' ada-laptop.example.org ', { host: 'ada-laptop.example.org', port: 7450 }],
  ['[2001:db8::7]:7451', { host: '2001:db8::7', port: 7451 }],
  ['[2001:db8::7]', { host: '2001:db8::7', port: 7450 }],
  ['2001:db8::7', null],
  ['', null],
  ['host:', null],
  ['host:0', null],
  ['host:65536', null],
  ['https://host', null],
])('%s', (text, place) => expect(parsePlace(text)).toEqual(place));
