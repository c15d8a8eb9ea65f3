export { t, type TextKey } from './t';
export { asSentence } from './sentence';
export { languageOf, speak, useLanguage, type Language } from './language';
export { fileSize } from './size';
export * from './when';
