import type { ConversationKey } from '../api/types';
import { longestFile, sendableName, sendableType } from '../files/outgoing';
import { fileSize, t } from '../text';
import { isRoomKey, newId } from './keys';
import { showToast } from './problems';
import { change, read, withEntry } from './state';

const mostAttached = 10;

/** Keeps files until the message is sent. What cannot be sent is refused at once, and said. */
export async function attach(key: ConversationKey, files: readonly File[]): Promise<void> {
  const left = mostAttached - attachedTo(key).length;
  if (files.length > left) showToast('error', t('file.tooMany', { count: mostAttached }));
  for (const file of files.slice(0, left)) await attachOne(key, file);
}

export function detach(key: ConversationKey, id: string): void {
  const rest = attachedTo(key).filter((one) => one.id !== id);
  change({ attached: withEntry(read().attached, key, rest.length > 0 ? rest : undefined) });
}

const attachedTo = (key: ConversationKey) => read().attached.get(key) ?? [];

async function attachOne(key: ConversationKey, file: File): Promise<void> {
  const name = sendableName(file.name);
  const longest = longestFile(key);
  if (file.size > longest) {
    const limit = fileSize(longest);
    return showToast('error', isRoomKey(key) ? t('file.tooLargeForRoom', { name, limit }) : t('file.tooLarge', { name, limit }));
  }
  const content = await contentOf(file);
  if (!content) return showToast('error', t('file.unreadable', { name }));
  const attached = { id: newId(), name, type: sendableType(file.type), content };
  change({ attached: withEntry(read().attached, key, [...attachedTo(key), attached]) });
}

/** As it is now: what becomes of it on the disk later does not matter. Null: it is gone, not allowed, or a folder. */
async function contentOf(file: File): Promise<Blob | null> {
  try {
    return new Blob([await file.arrayBuffer()]);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
