import { currentLanguage, type Language } from './language';

const units = ['byte', 'kilobyte', 'megabyte'] as const;
const step = 1024;

/** 12 kB, 1.5 MB; 1,024 bytes are a kB, as in the limits. */
export function fileSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // What rounds to 1,024 of a unit is one of the next.
  while (Math.round(value) >= step && unit < units.length - 1) {
    value /= step;
    unit += 1;
  }
  return format(currentLanguage(), units[unit]!, unit > 0 && value < 10 ? 1 : 0).format(value);
}

function format(language: Language, unit: (typeof units)[number], maximumFractionDigits: number): Intl.NumberFormat {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: unit === 'byte' ? 'long' : 'short', maximumFractionDigits });
}
