export { t, type TextKey } from './t';
export { asSentence } from './sentence';
export { languageOf, speak, useLanguage, type Language } from './language';
export * from './when';
