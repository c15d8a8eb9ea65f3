/** Not in every browser, so not in TypeScript's library (File System Access). */
interface SaveFilePicker {
  showSaveFilePicker?: (options: { suggestedName: string; types?: { accept: Record<string, string[]> }[] }) => Promise<ChosenFile>;
}

interface ChosenFile {
  getFile: () => Promise<Blob>;
  createWritable: () => Promise<WritableStream<Uint8Array>>;
  remove: () => Promise<void>;
}

/** `unwritten`: the disk is full, writing is not allowed, or the stream broke. */
export type Outcome = 'saved' | 'cancelled' | 'unwritten';

/** Writes an answer of the program into a file that the person chooses, else into the downloads. */
export async function saveAs(name: string, accept: Record<string, string[]> | null, ask: () => Promise<Response>): Promise<Outcome> {
  const pick = (window as SaveFilePicker).showSaveFilePicker;
  try {
    if (!pick) return await download(await ask(), name);
    // First: a browser opens this only right after a click.
    const place = await pick.call(window, { suggestedName: name, ...(accept ? { types: [{ accept }] } : {}) });
    await fill(place, ask);
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
