import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { licences } from './licences';

/** Packages whose name is not that of what they carry. */
const known: Record<string, string> = {
  '@fontsource-variable/inter': 'Inter',
  'emojibase-data': 'Emojibase',
  'lucide-react': 'Lucide',
  'radix-ui': 'Radix UI',
  'react-dom': 'React',
  'react-virtuoso': 'React Virtuoso',
};

interface Package {
  dependencies: Record<string, string>;
  license?: string;
}

const root = resolve(import.meta.dirname, '../..');
const packageOf = (folder: string) => JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8')) as Package;

it.each([...Object.keys(packageOf(root).dependencies), 'emojibase-data'])('names the licence of %s as it is', (name) => {
  const shown = licences.find((entry) => entry.name.toLowerCase() === (known[name] ?? name).toLowerCase());
  const { license = '' } = packageOf(resolve(root, 'node_modules', name));
  // "(MPL-2.0 OR Apache-2.0)" is shown as a choice of two.
  expect(shown?.licence.split(' / ').sort()).toEqual(license.replace(/[()]/g, '').split(' OR ').sort());
});
