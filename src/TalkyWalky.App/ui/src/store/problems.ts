import { ApiError } from '../api/http';
import { reasonOf } from '../api/reason';
import { withToast } from './reduce';
import { change, read, type Toast } from './state';

export function showToast(kind: Toast['kind'], text: string): void {
  change(withToast(read(), kind, text));
}

/** When the program did not answer at all, the banner speaks. */
export function tellFailure(error: unknown): void {
  const reason = reasonOf(error);
  if (!isUnanswered(error)) showToast('error', reason);
}

const isUnanswered = (error: unknown) => error instanceof ApiError && error.message === '';

export function dismissToast(id: number): void {
  change({ toasts: read().toasts.filter((toast) => toast.id !== id) });
}

/** Undefined after an expected failure, which a toast then says. */
export async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    tellFailure(error);
    return undefined;
  }
}
