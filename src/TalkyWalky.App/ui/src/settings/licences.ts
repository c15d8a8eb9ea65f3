/** What the program carries along of others, and under which terms. */
export const licences: readonly { name: string; licence: string }[] = [
  { name: 'DOMPurify', licence: 'Apache-2.0 / MPL-2.0' },
  { name: 'Emojibase', licence: 'MIT' },
  { name: 'Frimousse', licence: 'MIT' },
  { name: 'Inter', licence: 'OFL-1.1' },
  { name: 'Lucide', licence: 'ISC' },
  { name: 'markdown-it', licence: 'MIT' },
  { name: '.NET', licence: 'MIT' },
  { name: 'qrcode-generator', licence: 'MIT' },
  { name: 'Radix UI', licence: 'MIT' },
  { name: 'React', licence: 'MIT' },
  { name: 'React Virtuoso', licence: 'MIT' },
  { name: 'SQLite', licence: 'public domain' },
  { name: 'Zustand', licence: 'MIT' },
];
