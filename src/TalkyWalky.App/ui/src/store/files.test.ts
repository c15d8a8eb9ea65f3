import { Blob as NodeBlob } from 'node:buffer';
import { afterEach, expect, test, vi } from 'vitest';
import { api } from '../api/calls';
import { ApiError } from '../api/http';
import { attach, detach } from './attached';
import { sampleApp, sampleMessage } from './samples';
import { askFile, discard, sendAgain, sendAll } from './sending';
import { change, initial, read } from './state';

vi.mock('../api/calls', () => ({
  api: { send: vi.fn(), sendFile: vi.fn(), file: vi.fn(), discard: vi.fn(async () => undefined), keepDraft: vi.fn(async () => undefined) },
}));

const key = 'person/bob';
const sendFile = vi.mocked(api.sendFile);
const items = () => read().windows.get(key)!.items;
const attached = () => (read().attached.get(key) ?? []).map((one) => one.name);
const toasts = () => read().toasts.map((toast) => toast.text);
const kept = async (_: string, id: string, file: { name: string; type: string; content: Blob }) =>
  sampleMessage(1, { id, from: 'ada', mine: true, state: 'queued', text: file.name, file: { name: file.name, type: file.type, size: file.content.size, here: true } });

afterEach(() => {
  change(initial, true);
  vi.resetAllMocks();
  vi.unstubAllGlobals();
});

test('Attach_Files_KeepsThemUntilTheMessageIsSent', async () => {
  change({ app: sampleApp() });
  await attach(key, [new File(['one'], 'one.txt', { type: 'text/plain' }), new File([], 'empty')]);
  expect(attached()).toEqual(['one.txt', 'empty']);
  const order: string[] = [];
  vi.mocked(api.send).mockImplementation(async (_, id, text) => {
    order.push(text);
    return sampleMessage(2, { id, text, from: 'ada', mine: true, state: 'queued' });
  });
  sendFile.mockImplementation(async (to, id, file) => {
    order.push(`${file.name} ${file.type} ${await file.content.text()}`);
    return kept(to, id, file);
  });
  await sendAll(key, 'look:');
  expect(order).toEqual(['look:', 'one.txt text/plain one', 'empty application/octet-stream ']);
  expect(attached()).toEqual([]);
  expect(read().contents.size).toBe(0);
});

test('Attach_TooLarge_IsRefusedWithTheLimit', async () => {
  await attach(key, [new File([new Uint8Array(8_388_609)], 'large.bin'), new File([new Uint8Array(8_388_608)], 'fits.bin')]);
  await attach('room/r1', [new File([new Uint8Array(1_048_577)], 'large.bin')]);
  expect(attached()).toEqual(['fits.bin']);
  expect(read().attached.has('room/r1')).toBe(false);
  expect(toasts()).toEqual(['large.bin is too large: a file to a person has at most 8 MB.', 'large.bin is too large: a file in a room has at most 1 MB.']);
});

test('Attach_AFolder_SaysWhatToDo', async () => {
  const folder = new File([], 'photos');
  vi.spyOn(folder, 'arrayBuffer').mockRejectedValue(new DOMException('', 'NotFoundError'));
  await attach(key, [folder]);
  expect(attached()).toEqual([]);
  expect(toasts()).toEqual(['photos could not be read. If it is a folder, pack it into one file first.']);
});

test('Attach_TooMany_TakesTheFirstTen', async () => {
  await attach(key, Array.from({ length: 12 }, (_, n) => new File(['x'], `${n}`)));
  expect(attached()).toHaveLength(10);
  expect(toasts()).toEqual(['At most 10 files are attached at once. Send these first, then the others.']);
  detach(key, read().attached.get(key)![0]!.id);
  expect(attached()).toHaveLength(9);
});

test('Send_AFileThatWasNotKept_IsSentAgainUnderItsId_AndCanBeSavedMeanwhile', async () => {
  // jsdom's has no stream, of which a Response is made.
  vi.stubGlobal('Blob', NodeBlob);
  change({ app: sampleApp() });
  await attach(key, [new File(['one'], 'one.txt')]);
  sendFile.mockRejectedValueOnce(new ApiError('failed', ''));
  await sendAll(key, '');
  const failed = items()[0]!;
  expect(failed).toMatchObject({ state: 'failed', text: 'one.txt', file: { name: 'one.txt', size: 3, here: true } });
  expect(await (await askFile(key, failed)).text()).toBe('one');
  sendFile.mockImplementationOnce(kept);
  await sendAgain(key, failed);
  expect(sendFile.mock.calls[1]![1]).toBe(failed.id);
  expect(items().map((item) => item.state)).toEqual(['queued']);
  expect(read().contents.size).toBe(0);
});

test('Send_AFileThatWasRefusedForGood_IsFetchedAndSentAnew', async () => {
  change({ app: sampleApp() });
  const refused = sampleMessage(1, { from: 'ada', mine: true, state: 'failed', text: 'a.txt', file: { name: 'a.txt', type: 'text/plain', size: 3, here: true } });
  vi.mocked(api.file).mockResolvedValue(new Response('one'));
  sendFile.mockImplementationOnce(kept);
  await sendAgain(key, refused);
  expect(api.file).toHaveBeenCalledWith(key, refused.position);
  expect(sendFile.mock.calls[0]![1]).not.toBe(refused.id);
  expect(await sendFile.mock.calls[0]![2].content.text()).toBe('one');
  expect(api.discard).toHaveBeenCalledWith(key, refused.id);
});

test('Discard_AFileThatWasNotKept_ForgetsItsBytes', async () => {
  change({ app: sampleApp() });
  await attach(key, [new File(['one'], 'one.txt')]);
  sendFile.mockRejectedValueOnce(new ApiError('refused', 'no'));
  await sendAll(key, '');
  await discard(key, items()[0]!);
  expect(items()).toEqual([]);
  expect(read().contents.size).toBe(0);
});
