import { afterEach, expect, it, vi } from 'vitest';
import { api } from '../api/calls';
import { ApiError } from '../api/http';
import { fileName, saveLog } from './saveLog';

afterEach(() => {
  vi.restoreAllMocks();
  Reflect.deleteProperty(window, 'showSaveFilePicker');
});

it.each([
  ['lab', 'lab'],
  ['Release 2.4: what/when?', 'Release 2.4 what when'],
  ['../../etc/passwd', 'etc passwd'],
  ['a\u202Ebc\u0000', 'a bc'],
  ['...', 'TalkyWalky'],
  ['x'.repeat(200), 'x'.repeat(80)],
])('makes of %s the file name %s', (name, file) => {
  expect(fileName(name)).toBe(file);
});

const wish = { format: 'text', from: '', to: '' } as const;

/** A file that the person chose; its bytes are what was written before this. */
function choose(held: string, into: () => Promise<WritableStream<Uint8Array>> = async () => new WritableStream()) {
  const place = { getFile: async () => new Blob([held]), createWritable: into, remove: vi.fn(async () => undefined) };
  Object.assign(window, { showSaveFilePicker: async () => place });
  return place;
}

const full = async () =>
  new WritableStream<Uint8Array>({
    write: () => {
      throw new DOMException('disk full', 'QuotaExceededError');
    },
  });
const answer = (body: BodyInit) => vi.spyOn(api, 'exportHistory').mockResolvedValue(new Response(body));

it('writes what the program answers', async () => {
  answer('hello');
  const written: Uint8Array[] = [];
  const place = choose('', async () => new WritableStream({ write: (part) => void written.push(part) }));
  expect(await saveLog('person/bob', 'bob', wish)).toBe('saved');
  expect(new TextDecoder().decode(written[0])).toBe('hello');
  expect(place.remove).not.toHaveBeenCalled();
});

it('tells a full disk and a stream that breaks from a mistake', async () => {
  answer('hello');
  choose('', full);
  expect(await saveLog('person/bob', 'bob', wish)).toBe('unwritten');
  answer(new ReadableStream({ start: (stream) => stream.error(new TypeError('network error')) }));
  choose('');
  expect(await saveLog('person/bob', 'bob', wish)).toBe('unwritten');
  vi.spyOn(api, 'exportHistory').mockRejectedValue(new TypeError('a mistake'));
  await expect(saveLog('person/bob', 'bob', wish)).rejects.toThrow('a mistake');
});

it('leaves no empty file behind, and an old one as it was', async () => {
  vi.spyOn(api, 'exportHistory').mockRejectedValue(new ApiError('not-found', 'nothing to save'));
  const fresh = choose('');
  await expect(saveLog('person/bob', 'bob', wish)).rejects.toThrow('nothing to save');
  expect(fresh.remove).toHaveBeenCalledOnce();
  const old = choose('an older log');
  await expect(saveLog('person/bob', 'bob', wish)).rejects.toThrow('nothing to save');
  expect(old.remove).not.toHaveBeenCalled();
});

it('is cancelled without a word', async () => {
  Object.assign(window, { showSaveFilePicker: () => Promise.reject(new DOMException('', 'AbortError')) });
  expect(await saveLog('person/bob', 'bob', wish)).toBe('cancelled');
});
