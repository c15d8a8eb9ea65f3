import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from './catalogue';
import { en } from './en';
import { fr } from './fr';
import { speak } from './language';
import { t } from './t';
import { typesetFrench } from './typeset';
import { ago, briefly, day } from './when';

const english: Record<string, Entry> = en;
const french: Record<string, Entry> = fr;

function placeholders(entry: Entry): string[] {
  const text = typeof entry === 'string' ? entry : `${entry.one} ${entry.other}`;
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!))].sort();
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'en' || entry.name === 'fr' ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes('.test.') ? [readFileSync(path, 'utf8')] : [];
  });
}

describe('the catalogue', () => {
  it('has the same keys in every language', () => {
    expect(Object.keys(french).sort()).toEqual(Object.keys(english).sort());
  });

  it('has the same placeholders in every language', () => {
    const different = Object.keys(english).filter((key) => String(placeholders(english[key]!)) !== String(placeholders(french[key]!)));
    expect(different).toEqual([]);
  });

  it('has no key that nothing uses', () => {
    const code = sources(resolve(import.meta.dirname, '..')).join('\n');
    expect(Object.keys(english).filter((key) => !code.includes(`'${key}'`))).toEqual([]);
  });

  it('has no empty text', () => {
    const texts = [...Object.values(english), ...Object.values(french)].flatMap((entry) => (typeof entry === 'string' ? [entry] : [entry.one, entry.other]));
    expect(texts.filter((text) => text.trim() === '')).toEqual([]);
  });
});

describe('times', () => {
  const now = new Date(2026, 2, 3, 12, 0);

  beforeEach(() => speak('en'));

  it('tell days as people do', () => {
    expect(day(new Date(2026, 2, 3, 0, 1), now)).toBe('Today');
    expect(day(new Date(2026, 2, 2, 23, 59), now)).toBe('Yesterday');
    speak('fr');
    expect(day(new Date(2026, 1, 24), now)).toBe('mardi 24 février');
    expect(day(new Date(2025, 1, 24), now)).toBe('lundi 24 février 2025');
  });

  it('grow vaguer with distance', () => {
    expect(ago(new Date(now.getTime() - 5_000), now)).toBe('just now');
    expect(ago(new Date(now.getTime() - 7_200_000), now)).toBe('2 hours ago');
    expect(briefly(new Date(2026, 2, 2, 9, 0), now)).toBe('Yesterday');
    speak('fr');
    expect(ago(new Date(now.getTime() - 7_200_000), now)).toBe('il y a 2 heures');
  });
});

it('follows the language at once', () => {
  speak('fr');
  expect(t('cancel')).toBe('Annuler');
  expect(document.documentElement.lang).toBe('fr');
  speak('en');
  expect(t('cancel')).toBe('Cancel');
});

it('keeps French marks with their words', () => {
  expect(typesetFrench('Quitter ? « Oui » : non ; tant pis !')).toBe('Quitter\u202F? «\u202FOui\u202F»\u00A0: non\u202F; tant pis\u202F!');
  expect(typesetFrench('12:30, :rose:')).toBe('12:30, :rose:');
});
