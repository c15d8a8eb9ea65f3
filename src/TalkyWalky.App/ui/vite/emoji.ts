import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** Newer ones are tofu in many installed fonts. */
const newestVersion = 15.1;
const languages = ['en', 'fr'];
/** Of emojibase: skin tones and hair alone. */
const component = 2;
const tones = ['light', 'medium-light', 'medium', 'medium-dark', 'dark'];

interface Entry {
  hexcode: string;
  label: string;
  emoji: string;
  group?: number;
  order?: number;
  version: number;
  tags?: string[];
  skins?: { emoji: string; tone: number | number[] }[];
}

interface Messages {
  groups: { key: string; message: string; order: number }[];
  skinTones: { key: string; message: string }[];
}

type Shortcodes = Record<string, string | string[]>;

/** Serves emoji/LANGUAGE.json made of emojibase-data: the page's policy allows nothing from outside. */
export function emojiData(): Plugin {
  return {
    name: 'emoji-data',
    generateBundle() {
      for (const language of languages) {
        this.emitFile({ type: 'asset', fileName: `emoji/${language}.json`, source: JSON.stringify(dataOf(language)) });
      }
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const language = /^\/emoji\/(\w+)\.json$/.exec(request.url ?? '')?.[1];
        if (!language || !languages.includes(language)) return next();
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(dataOf(language)));
      });
    },
  };
}

function dataOf(language: string) {
  const entries = read<Entry[]>(`${language}/data.json`);
  const messages = read<Messages>(`${language}/messages.json`);
  const codes = [`en/shortcodes/github.json`, `en/shortcodes/emojibase.json`, `${language}/shortcodes/emojibase.json`].map((file) => read<Shortcodes>(file));
  return {
    locale: language,
    emojis: entries
      .filter((entry) => entry.group !== undefined && entry.group !== component && entry.version <= newestVersion)
      .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
      .map((entry) => {
        const shortcodes = [...new Set(codes.flatMap((known) => known[entry.hexcode] ?? []))];
        return {
          emoji: entry.emoji,
          category: entry.group,
          label: capital(entry.label),
          version: entry.version,
          tags: [...new Set([...(entry.tags ?? []), ...shortcodes])],
          codes: shortcodes,
          skins: skinsOf(entry),
        };
      }),
    categories: messages.groups
      .filter((group) => group.order !== component)
      .map((group) => ({ index: group.order, label: capital(group.message) })),
    skinTones: Object.fromEntries(messages.skinTones.map((tone) => [tone.key, capital(tone.message)])),
  };
}

function skinsOf(entry: Entry): Record<string, string> | undefined {
  const single = (entry.skins ?? []).filter((skin) => typeof skin.tone === 'number');
  return single.length === 0 ? undefined : Object.fromEntries(single.map((skin) => [tones[Number(skin.tone) - 1], skin.emoji]));
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function read<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../node_modules/emojibase-data/${file}`, import.meta.url), 'utf8')) as T;
}
