import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { emojiData } from './vite/emoji.ts';

export default defineConfig({
  plugins: [react(), emojiData()],
  base: './',
  build: {
    // Nothing inline: the page's policy allows files of its own origin only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
  },
  test: { environment: 'jsdom' },
});
