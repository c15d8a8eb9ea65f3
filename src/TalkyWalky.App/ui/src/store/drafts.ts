import { api } from '../api/calls';
import type { ConversationKey } from '../api/types';
import { attempt } from './problems';
import { change, read, withEntry } from './state';

const pause = 700;

const waiting = new Map<ConversationKey, ReturnType<typeof setTimeout>>();

/** Kept in the program's sealed store after a pause. */
export function writeDraft(key: ConversationKey, text: string): void {
  if ((read().drafts.get(key) ?? '') === text) return;
  change({ drafts: withEntry(read().drafts, key, text === '' ? undefined : text) });
  clearTimeout(waiting.get(key));
  waiting.set(key, setTimeout(() => void keep(key), pause));
}

export function flushDraft(key: ConversationKey): void {
  if (waiting.has(key)) void keep(key);
}

async function keep(key: ConversationKey): Promise<void> {
  clearTimeout(waiting.get(key));
  waiting.delete(key);
  await attempt(api.keepDraft(key, read().drafts.get(key) ?? ''));
}
