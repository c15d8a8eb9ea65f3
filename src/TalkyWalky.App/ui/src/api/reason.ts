import { asSentence, t } from '../text';
import { ApiError } from './http';

/** The sentence of an expected failure. Anything else is a bug and is thrown on. */
export function reasonOf(failure: unknown): string {
  if (failure instanceof ApiError) return asSentence(failure.message) || t('unreachable');
  throw failure;
}
