import { expect, it } from 'vitest';
import { fold, search } from './match';

const of = (...names: string[]) => names.map((name) => ({ name, keys: [fold(name)] }));
const found = (query: string, ...names: string[]) => search(query, of(...names)).map((item) => item.name);

it('finds without accents and without case', () => {
  expect(found('elise', 'Élise Moreau', 'Bob')).toEqual(['Élise Moreau']);
  expect(found('ZOË', 'zoe')).toEqual(['zoe']);
});

it('puts the better fit first', () => {
  expect(found('ada', 'Canada', 'Nevada team', 'Ada Lovelace', 'Mata Ada', 'ada')).toEqual(['ada', 'Ada Lovelace', 'Mata Ada', 'Canada', 'Nevada team']);
});

it('finds by starts of words and by letters in order', () => {
  expect(found('ad lo', 'Ada King Lovelace')).toEqual(['Ada King Lovelace']);
  expect(found('dsgn', 'Design review', 'Lunch')).toEqual(['Design review']);
});

it('keeps everything in order while nothing is typed', () => {
  expect(found(' ', 'b', 'a')).toEqual(['b', 'a']);
});

it('searches 2,000 people well under a frame', () => {
  const people = of(...Array.from({ length: 2000 }, (_, at) => `Person Number ${at}`));
  const begun = performance.now();
  for (let run = 0; run < 10; run += 1) search('number 19', people);
  expect((performance.now() - begun) / 10).toBeLessThan(100);
});
