import { afterEach, expect, test, vi } from 'vitest';
import { api } from '../api/calls';
import { ApiError } from '../api/http';
import type { LiveEvent } from '../api/events';
import type { Message } from '../api/types';
import { noteEvents } from './meanwhile';
import { loadNewest, openConversation, refreshOpen } from './messages';
import { reduceAll } from './reduce';
import { sampleApp, sampleConversation, sampleMessage as message } from './samples';
import { send, sendAgain } from './sending';
import { change, initial, read } from './state';

vi.mock('../api/calls', () => ({ api: { messages: vi.fn(), send: vi.fn(), discard: vi.fn(async () => undefined), keepDraft: vi.fn(async () => undefined), changeSettings: vi.fn() } }));

const key = 'person/bob';
const pages = vi.mocked(api.messages);
const shown = () => read().windows.get(key)!.items.map((item) => item.id);

afterEach(() => {
  change(initial, true);
  pages.mockReset();
  vi.mocked(api.send).mockReset();
});

test('Refresh_AfterTheConnectionCameBack_AddsWhatWasMissed', async () => {
  change({ app: sampleApp(), open: key });
  pages.mockResolvedValueOnce([message(1), message(2)]);
  await loadNewest(key);
  pages.mockResolvedValueOnce([message(2), message(3)]);
  await refreshOpen();
  expect(shown()).toEqual(['id-1', 'id-2', 'id-3']);
});

test('Refresh_AStateThatCameDuringTheQuestion_Stays', async () => {
  const own = (state: Message['state']) => message(2, { from: 'ada', mine: true, state });
  change({ app: sampleApp(), open: key });
  pages.mockResolvedValueOnce([message(1), own('delivered')]);
  await loadNewest(key);
  pages.mockImplementationOnce(async () => {
    await Promise.resolve();
    const events: LiveEvent[] = [{ type: 'messageState', message: own('read') }];
    change(reduceAll(read(), events, 0));
    noteEvents(events);
    return [message(1), own('delivered')];
  });
  await refreshOpen();
  expect(read().windows.get(key)!.items.at(-1)!.state).toBe('read');
});

test('Refresh_MoreThanAPageMissed_SaysThatThereIsMore', async () => {
  change({ app: sampleApp(), open: key });
  pages.mockResolvedValueOnce([message(1)]);
  await loadNewest(key);
  pages.mockResolvedValueOnce(Array.from({ length: 80 }, (_, n) => message(100 + n)));
  await refreshOpen();
  expect(shown()).toEqual(['id-1']);
  expect(read().windows.get(key)!.atEnd).toBe(false);
});

test('Open_WithUnread_BeginsAtTheFirstUnread', async () => {
  change({ app: sampleApp(), conversations: new Map([[key, sampleConversation({ unread: 2, readUpTo: message(3).position })]]) });
  pages.mockImplementation(async (_, wish) => (wish.after ? [message(4), message(5)] : [message(2), message(3)]));
  await openConversation(key);
  expect(shown()).toEqual(['id-2', 'id-3', 'id-4', 'id-5']);
  expect(read().windows.get(key)).toMatchObject({ unreadAfter: message(3).position, atEnd: true, atStart: true });
});

test('Send_IsShownBeforeTheAnswer', async () => {
  change({ app: sampleApp(), open: key });
  pages.mockResolvedValueOnce([message(1)]);
  await loadNewest(key);
  vi.mocked(api.send).mockImplementationOnce(async (_, id, text) => {
    expect(read().windows.get(key)!.items.at(-1)).toMatchObject({ text: 'hello', state: 'queued', mine: true });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    return message(2, { id, text, from: 'ada', mine: true, state: 'sent', position: '9000000000000000000' });
  });
  await send(key, 'hello');
  expect(read().windows.get(key)!.items).toHaveLength(2);
  expect(read().windows.get(key)!.items.at(-1)).toMatchObject({ text: 'hello', state: 'sent' });
});

test('SendAgain_OfWhatTheProgramNeverGot_KeepsItsId', async () => {
  change({ app: sampleApp(), open: key });
  pages.mockResolvedValueOnce([]);
  await loadNewest(key);
  vi.mocked(api.send).mockRejectedValueOnce(new ApiError('failed', ''));
  await send(key, 'hello');
  const failed = read().windows.get(key)!.items[0]!;
  expect(failed.state).toBe('failed');
  vi.mocked(api.send).mockImplementationOnce(async (_, id, text) => message(2, { id, text, from: 'ada', mine: true, state: 'sent' }));
  await sendAgain(key, failed);
  expect(shown()).toEqual([failed.id]);
  expect(read().windows.get(key)!.items[0]!.state).toBe('sent');
});

test('SendAgain_OfWhatWasRefused_WritesItAnewAndTakesTheOldOneAway', async () => {
  const refused = message(1, { from: 'ada', mine: true, state: 'failed', text: 'hello?' });
  change({ app: sampleApp(), open: key });
  pages.mockResolvedValueOnce([refused]);
  await loadNewest(key);
  vi.mocked(api.send).mockImplementationOnce(async (_, id, text) => message(2, { id, text, from: 'ada', mine: true, state: 'queued', position: '9000000000000000000' }));
  await sendAgain(key, refused);
  expect(api.discard).toHaveBeenCalledWith(key, refused.id);
  expect(read().windows.get(key)!.items).toMatchObject([{ text: 'hello?', state: 'queued' }]);
  expect(shown()).not.toContain(refused.id);
});
