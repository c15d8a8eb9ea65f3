import { api } from '../api/calls';
import { ApiError } from '../api/http';
import { reasonOf } from '../api/reason';
import type { ConversationKey, Message, SharedFile } from '../api/types';
import { flushDraft, writeDraft } from './drafts';
import { comparePositions, isAfter, isRoomKey, justAfter, nameOfKey, newId } from './keys';
import { loadNewest, nextEpoch, setWindow } from './messages';
import { attempt } from './problems';
import { change, read, withEntry, type Attached } from './state';
import { find, openWindow, put, unlessOvertaken, without } from './window';

const typingPause = 3000;

/** Messages whose sending failed before the program kept them: they can be sent again under the same id. */
const unkept = new Set<string>();

/** What was written, then the files attached to it, each a message of its own. */
export async function sendAll(key: ConversationKey, text: string): Promise<void> {
  const attached = read().attached.get(key) ?? [];
  change({ attached: withEntry(read().attached, key, undefined) });
  if (text !== '') await send(key, text);
  for (const file of attached) await sendFile(key, file);
}

/** Shown at once, before the program answers. */
export async function send(key: ConversationKey, text: string): Promise<void> {
  writeDraft(key, '');
  flushDraft(key);
  await goToEnd(key);
  await deliver(key, echo(key, newId(), text, null));
}

async function sendFile(key: ConversationKey, { id, name, type, content }: Attached): Promise<void> {
  await goToEnd(key);
  await deliver(key, echo(key, id, name, { name, type, size: content.size, here: true }), content);
}

async function goToEnd(key: ConversationKey): Promise<void> {
  const window = read().windows.get(key);
  if (window && !window.atEnd) await loadNewest(key);
}

/** A message that was refused for good is written anew, in place of the old one; one that the program never got goes out under its own id. */
export async function sendAgain(key: ConversationKey, message: Message): Promise<void> {
  const content = message.file ? await attempt(contentOf(key, message)) : undefined;
  if (message.file && !content) return;
  const isUnkept = unkept.has(message.id);
  if (isUnkept) hide(key, message);
  const isKept = await deliver(key, echo(key, isUnkept ? message.id : newId(), message.text, message.file), content);
  if (isKept && !isUnkept) await discard(key, message);
}

async function contentOf(key: ConversationKey, message: Message): Promise<Blob> {
  return (await askFile(key, message)).blob();
}

/** The bytes of a file: the program's, or those of one on its way there. */
export async function askFile(key: ConversationKey, message: Message): Promise<Response> {
  const content = read().contents.get(message.id);
  return content ? new Response(content) : await api.file(key, message.position);
}

/** Takes an own message that failed out of the history. */
export async function discard(key: ConversationKey, message: Message): Promise<void> {
  change({ contents: withEntry(read().contents, message.id, undefined) });
  if (!unkept.delete(message.id) && !(await attempt(api.discard(key, message.id).then(() => true)))) return;
  hide(key, message);
}

function hide(key: ConversationKey, message: Message): void {
  const window = read().windows.get(key);
  if (window) setWindow(key, without(window, message));
}

/** False when the program did not keep it. */
async function deliver(key: ConversationKey, message: Message, content?: Blob): Promise<boolean> {
  if (content) change({ contents: withEntry(read().contents, message.id, content) });
  show(key, message);
  try {
    const kept = await (message.file && content
      ? api.sendFile(key, message.id, { name: message.file.name, type: message.file.type, content })
      : api.send(key, message.id, message.text));
    unkept.delete(message.id);
    change({ contents: withEntry(read().contents, message.id, undefined) });
    show(key, unlessOvertaken(find(read().windows.get(key), kept), kept));
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    unkept.add(message.id);
    show(key, { ...message, state: 'failed', trouble: error.message || null });
    return false;
  }
}

function echo(key: ConversationKey, id: string, text: string, file: SharedFile | null): Message {
  const { app, rooms, conversations, windows } = read();
  const now = new Date();
  const isRoom = isRoomKey(key);
  const room = isRoom ? (rooms.get(nameOfKey(key))?.name ?? null) : null;
  const newest = windows.get(key)?.items.at(-1)?.position ?? '0';
  // The program's own positions begin with the time (milliseconds, 20 bits to the left): the echo stands where the message will.
  const ownPlace = String(BigInt(now.getTime()) << 20n);
  return {
    id,
    conversation: conversations.get(key)?.conversation ?? (isRoom ? nameOfKey(key) : ''),
    with: room ?? nameOfKey(key),
    from: app?.self?.username ?? '',
    mine: true,
    text,
    sentAt: now.toISOString(),
    receivedAt: null,
    state: 'queued',
    verified: true,
    gapBefore: false,
    trouble: null,
    isRoom,
    room,
    fromName: null,
    position: comparePositions(ownPlace, newest) > 0 ? ownPlace : justAfter(newest),
    file,
  };
}

function show(key: ConversationKey, message: Message): void {
  const window = read().windows.get(key) ?? openWindow([], { atStart: false, atEnd: true }, nextEpoch(), null);
  const conversation = read().conversations.get(key);
  const isNewest = !conversation?.last || conversation.last.id === message.id || isAfter(message.position, conversation.last.position);
  change({
    windows: withEntry(read().windows, key, put(window, message)),
    conversations:
      conversation && isNewest ? withEntry(read().conversations, key, { ...conversation, last: message, closed: false }) : read().conversations,
  });
}

let typingTold = { key: '', at: 0 };

export function tellTyping(key: ConversationKey): void {
  const now = Date.now();
  if (typingTold.key === key && now - typingTold.at < typingPause) return;
  typingTold = { key, at: now };
  // Nobody waits for it: what cannot be told now is not told.
  api.typing(key).catch(reasonOf);
}
