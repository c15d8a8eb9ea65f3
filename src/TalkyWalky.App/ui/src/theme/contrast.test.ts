import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { looks } from './themes';

type Colours = Map<string, string>;

const folder = resolve(import.meta.dirname, 'themes');

/** The declarations of theme/themes by theme: what is tested is what the page gets. */
function readThemes(): Map<string, Colours> {
  const css = readdirSync(folder)
    .map((file) => readFileSync(resolve(folder, file), 'utf8'))
    .join('\n');
  const themes = new Map<string, Colours>();
  for (const [, name, body] of css.matchAll(/\[data-theme='(\w+)'\] \{([^}]*)\}/g)) {
    const colours: Colours = new Map();
    for (const [, token, value] of body!.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)) colours.set(token!, value!);
    themes.set(name!, colours);
  }
  return themes;
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const page = ['surface', 'surface-side', 'surface-raised', 'surface-hover', 'surface-side-hover', 'surface-sunken', 'own'];
const everywhere = [...page, 'surface-selected'];
const bars = ['danger-surface', 'warn-surface', 'mention-surface'];
const hues = Array.from({ length: 10 }, (_, at) => `hue-${at + 1}`);
const message = ['surface', 'surface-side', 'surface-raised', 'surface-hover', 'own'];

const reading = 4.5; // SC 1.4.3
const seeing = 3; // SC 1.4.11

const pairs: [ink: string[], ground: string[], atLeast: number][] = [
  [['text'], [...everywhere, ...bars, 'code-surface'], 6],
  [['text-muted', 'accent', 'danger'], everywhere, reading],
  [['text-muted', 'danger'], ['danger-surface'], reading],
  [['text-muted', 'warn'], ['warn-surface'], reading],
  [['accent'], [...bars, 'code-surface'], reading],
  [['warn'], ['surface', 'surface-side', 'surface-raised'], reading],
  [['code-text'], ['code-surface'], reading],
  [['accent-text'], ['accent', 'accent-hover'], reading],
  [['danger-text'], ['danger', 'danger-hover'], reading],
  [['unread-text'], ['unread'], reading],
  [['tip-text'], ['tip-surface'], reading],
  [hues, message, reading],
  [['hue-text'], hues, reading],
  [['focus', 'line-strong', 'unread', 'presence', 'presence-away'], everywhere, seeing],
];

describe.each([...readThemes()])('theme %s', (_, colours) => {
  const rows = pairs.flatMap(([inks, grounds, atLeast]) =>
    inks.flatMap((ink) => grounds.map((ground) => ({ ink, ground, atLeast }))),
  );

  it('has the contrast of WCAG AA in every pair', () => {
    const weak = rows
      .map((row) => ({ ...row, is: contrast(colours.get(row.ink)!, colours.get(row.ground)!) }))
      .filter((row) => !(row.is >= row.atLeast))
      .map((row) => `${row.ink} on ${row.ground}: ${row.is.toFixed(2)}, wanted ${row.atLeast}`);
    expect(weak).toEqual([]);
  });

  it('has the tokens of the default theme', () => {
    expect([...colours.keys()].sort()).toEqual([...readThemes().get('default')!.keys()].sort());
  });
});

it('has one theme for each look, and the page has each', () => {
  expect([...readThemes().keys()].sort()).toEqual([...looks].sort());
  const index = readFileSync(resolve(import.meta.dirname, 'index.css'), 'utf8');
  expect(looks.filter((look) => !index.includes(`@import './themes/${look}.css';`))).toEqual([]);
});
