import { useSyncExternalStore } from 'react';
import type { Settings } from '../api/types';

export type Language = 'en' | 'fr';

let current: Language = systemLanguage();
const listeners = new Set<() => void>();

export function currentLanguage(): Language {
  return current;
}

export function languageOf(setting: Settings['language']): Language {
  return setting === 'system' ? systemLanguage() : setting;
}

function systemLanguage(): Language {
  return navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === 'en' || tag === 'fr') ?? 'en';
}

/** Chooses the language of every text, and tells assistive technology. */
export function speak(language: Language): void {
  document.documentElement.lang = language;
  if (language === current) return;
  current = language;
  for (const listener of listeners) listener();
}

/** Makes a component follow the language. */
export function useLanguage(): Language {
  return useSyncExternalStore(follow, currentLanguage);
}

function follow(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
