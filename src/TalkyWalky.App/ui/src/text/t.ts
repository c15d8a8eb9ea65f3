import type { Entry, ParametersOf } from './catalogue';
import { en } from './en';
import { fr } from './fr';
import { currentLanguage, type Language } from './language';
import { typesetFrench } from './typeset';

export type TextKey = keyof typeof en;

type Values<K extends TextKey> = [ParametersOf<(typeof en)[K]>] extends [never]
  ? []
  : [values: Record<ParametersOf<(typeof en)[K]>, string | number>];

const catalogues: Record<Language, Record<TextKey, Entry>> = { en, fr };
const rules: Record<Language, Intl.PluralRules> = { en: new Intl.PluralRules('en'), fr: new Intl.PluralRules('fr') };
const numbers: Record<Language, Intl.NumberFormat> = { en: new Intl.NumberFormat('en'), fr: new Intl.NumberFormat('fr') };

/** The text of the chosen language. Numbers are written in its way; `count` chooses the form. */
export function t<K extends TextKey>(key: K, ...[values]: Values<K>): string {
  const language = currentLanguage();
  const entry = catalogues[language][key];
  const given = values as Record<string, string | number> | undefined;
  const text = typeof entry === 'string' ? entry : entry[form(language, given?.count)];
  return fill(language === 'fr' ? typesetFrench(text) : text, given, numbers[language]);
}

function form(language: Language, count: string | number | undefined): 'one' | 'other' {
  return rules[language].select(Number(count)) === 'one' ? 'one' : 'other';
}

function fill(text: string, values: Record<string, string | number> | undefined, format: Intl.NumberFormat): string {
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? format.format(value) : value;
  });
}
