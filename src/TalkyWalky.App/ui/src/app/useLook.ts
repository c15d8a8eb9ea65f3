import { useEffect, useLayoutEffect } from 'react';
import { useStore } from '../store';
import { languageOf, speak } from '../text';
import { darkSystem, paint } from '../theme/themes';

/** Until the settings are known, the system's choice. */
const unknown = { theme: 'system', fontFamily: null, fontSize: 15, language: 'system' } as const;

/** Theme, font and language of the document follow the settings at once, and the system where they say so. */
export function useLook(): void {
  const look = useStore((store) => store.settings) ?? unknown;
  const { theme, fontFamily, fontSize, language } = look;
  useLayoutEffect(() => paint({ theme, fontFamily, fontSize }), [theme, fontFamily, fontSize]);
  useLayoutEffect(() => speak(languageOf(language)), [language]);
  useEffect(() => {
    if (theme !== 'system') return;
    const system = darkSystem();
    const follow = () => paint({ theme, fontFamily, fontSize });
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [theme, fontFamily, fontSize]);
}
