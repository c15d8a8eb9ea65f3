import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../api/calls';
import type { LiveEvent } from '../api/events';
import type { Message, Room } from '../api/types';
import { listen } from '../api/live';
import { refreshServed } from './lists';
import { start } from './live';
import { openConversation } from './messages';
import { sampleApp, sampleMessage as message, sampleRoom } from './samples';
import { change, initial, read } from './state';

vi.mock('../api/http', async (original) => ({ ...(await original<object>()), enter: async () => true }));
vi.mock('../api/live', () => ({ listen: vi.fn(() => () => undefined) }));
vi.mock('../api/calls', () => ({
  api: {
    settings: vi.fn(async () => ({})), privacy: vi.fn(async () => ({})), conversations: vi.fn(async () => []), drafts: vi.fn(async () => []),
    people: vi.fn(async () => []), rooms: vi.fn(async () => []), devices: vi.fn(async () => []), messages: vi.fn(async () => []), changeSettings: vi.fn(async () => ({})),
  },
}));

function onItsWay<T>() {
  let resolve!: (answer: T) => void;
  const promise = new Promise<T>((arrive) => (resolve = arrive));
  return { promise, resolve };
}

let happen: (event: LiveEvent) => void;
let end: () => void;

beforeEach(async () => {
  end = start();
  await vi.waitFor(() => expect(listen).toHaveBeenCalled());
  happen = vi.mocked(listen).mock.calls.at(-1)![0];
  happen({ type: 'state', state: sampleApp() });
  await vi.waitFor(() => expect(read().loaded).toBe(true));
});

afterEach(() => {
  end();
  vi.mocked(listen).mockClear();
  change(initial, true);
});

test('Message_WhileTheFirstPageIsOnItsWay_IsShown', async () => {
  const answer = onItsWay<Message[]>();
  vi.mocked(api.messages).mockReturnValueOnce(answer.promise);
  const opened = openConversation('person/bob');
  happen({ type: 'message', message: message(2) });
  await vi.waitFor(() => expect(read().conversations.get('person/bob')?.unread).toBe(1));
  answer.resolve([message(1)]);
  await opened;
  expect(read().windows.get('person/bob')!.items.map((item) => item.id)).toEqual(['id-1', 'id-2']);
  expect(read().conversations.get('person/bob')!.unread).toBe(1);
});

test('Room_MadeWhileTheListIsOnItsWay_Stays', async () => {
  const answer = onItsWay<Room[]>();
  vi.mocked(api.rooms).mockReturnValueOnce(answer.promise);
  const refreshed = refreshServed();
  happen({ type: 'room', room: sampleRoom() });
  await vi.waitFor(() => expect(read().rooms.size).toBe(1));
  answer.resolve([]);
  await refreshed;
  expect([...read().rooms.keys()]).toEqual([sampleRoom().room]);
});

test('Notice_WhileAnAnswerIsOnItsWay_IsToldOnce', async () => {
  const answer = onItsWay<Room[]>();
  vi.mocked(api.rooms).mockReturnValueOnce(answer.promise);
  const refreshed = refreshServed();
  happen({ type: 'notice', text: 'Once.' });
  await vi.waitFor(() => expect(read().toasts).toHaveLength(1));
  change({ toasts: [] });
  answer.resolve([]);
  await refreshed;
  expect(read().toasts).toEqual([]);
});
