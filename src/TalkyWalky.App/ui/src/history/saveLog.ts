import { api } from '../api/calls';
import type { ConversationKey } from '../api/types';

export type LogFormat = 'text' | 'json' | 'html';

interface Wish {
  format: LogFormat;
  /** Dates such as 2026-11-01; empty: no bound. */
  from: string;
  to: string;
}

const kinds = {
  text: { ending: '.txt', type: 'text/plain' },
  json: { ending: '.json', type: 'application/json' },
  html: { ending: '.html', type: 'text/html' },
} as const;

/** Not in every browser, so not in TypeScript's library (File System Access). */
interface SaveFilePicker {
  showSaveFilePicker?: (options: { suggestedName: string; types: { accept: Record<string, string[]> }[] }) => Promise<ChosenFile>;
}

interface ChosenFile {
  getFile: () => Promise<Blob>;
  createWritable: () => Promise<WritableStream<Uint8Array>>;
  remove: () => Promise<void>;
}

/** `unwritten`: the disk is full, writing is not allowed, or the stream broke. */
export type Outcome = 'saved' | 'cancelled' | 'unwritten';

/** Writes the history into a file that the person chooses, else into the downloads. */
export async function saveLog(conversation: ConversationKey, name: string, wish: Wish): Promise<Outcome> {
  const { ending, type } = kinds[wish.format];
  const file = `${fileName(name)}${ending}`;
  const pick = (window as SaveFilePicker).showSaveFilePicker;
  try {
    if (!pick) return await download(await ask(conversation, wish), file);
    // First: a browser opens this only right after a click.
    const place = await pick.call(window, { suggestedName: file, types: [{ accept: { [type]: [ending] } }] });
    await fill(place, () => ask(conversation, wish));
    return 'saved';
  } catch (error) {
    if (error instanceof DOMException) return error.name === 'AbortError' ? 'cancelled' : 'unwritten';
    if (error instanceof BrokenStream) return 'unwritten';
    throw error;
  }
}

async function fill(place: ChosenFile, question: () => Promise<Response>): Promise<void> {
  let isFilled = false;
  try {
    const answer = await question();
    await read(answer.body!.pipeTo(await place.createWritable()));
    isFilled = true;
  } finally {
    // The choice of a new file made it, empty; one that was there keeps what it held.
    if (!isFilled && (await place.getFile()).size === 0) await place.remove();
  }
}

class BrokenStream extends Error {}

/** A body that ends too early is a TypeError (Fetch Standard), as a mistake in a program is. */
async function read<T>(body: Promise<T>): Promise<T> {
  try {
    return await body;
  } catch (error) {
    throw error instanceof TypeError ? new BrokenStream(error.message) : error;
  }
}

function ask(conversation: ConversationKey, { format, from, to }: Wish): Promise<Response> {
  const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
  return api.exportHistory(conversation, { format, zone, ...(from ? { from } : {}), ...(to ? { to } : {}) });
}

async function download(answer: Response, file: string): Promise<Outcome> {
  const url = URL.createObjectURL(await read(answer.blob()));
  const link = document.createElement('a');
  link.href = url;
  link.download = file;
  link.click();
  // The browser has taken what it needs by the next turn.
  setTimeout(() => URL.revokeObjectURL(url));
  return 'saved';
}

/** Without what file systems refuse. */
export function fileName(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cf}<>:"/\\|?*]+/gu, ' ').replace(/\s+/g, ' ').replace(/^[\s.]+|[\s.]+$/g, '');
  return plain.slice(0, 80) || 'TalkyWalky';
}
