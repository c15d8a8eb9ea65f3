import { expect, test } from 'vitest';
import type { LiveEvent } from '../api/events';
import type { Settings } from '../api/types';
import { pruneTyping, reduce, reduceAll, typingHolds } from './reduce';
import { sampleApp, sampleConversation, sampleMessage as message, samplePerson, sampleRoom } from './samples';
import type { Store } from './state';
import { initial } from './state';
import { openWindow } from './window';

const key = 'person/bob';
const now = 1_000_000;
const opened: Store = {
  ...initial,
  live: true,
  app: sampleApp(),
  open: key,
  windows: new Map([[key, openWindow([message(1)], { atStart: true, atEnd: true }, 1, null)]]),
  conversations: new Map([[key, sampleConversation({ last: message(1), readUpTo: message(1).position })]]),
};
const take = (state: Store, ...events: LiveEvent[]) => reduceAll(state, events, now);
const shown = (state: Store) => state.windows.get(key)!.items;

test('Message_InAnOpenWindow_IsShownAndCounted', () => {
  const next = take(opened, { type: 'message', message: message(2) });
  expect(shown(next).map((item) => item.id)).toEqual(['id-1', 'id-2']);
  expect(next.conversations.get(key)).toMatchObject({ unread: 1, last: { id: 'id-2' } });
});

test('Message_Twice_IsOneMessage', () => {
  const event: LiveEvent = { type: 'message', message: message(2) };
  const next = take(opened, event, event);
  expect(shown(next)).toHaveLength(2);
  expect(next.conversations.get(key)!.unread).toBe(1);
});

test('Message_Elsewhere_ChangesOnlyTheList', () => {
  const other = message(9, { with: 'carol', from: 'carol', conversation: 'c2' });
  const next = take(opened, { type: 'message', message: other });
  expect(next.windows).toBe(opened.windows);
  expect(next.conversations.get('person/carol')).toMatchObject({ unread: 1, conversation: 'c2', last: { id: 'id-9' } });
});

test('Message_InARoom_IsFiledUnderItsId', () => {
  const next = take(opened, { type: 'message', message: message(9, { isRoom: true, conversation: 'r1', with: 'lab', room: 'lab' }) });
  expect(next.conversations.get('room/r1')).toMatchObject({ isRoom: true, with: 'lab' });
});

test('Message_InAClosedConversation_OpensIt', () => {
  const closed = { ...opened, conversations: new Map([[key, sampleConversation({ closed: true })]]) } as Store;
  expect(take(closed, { type: 'message', message: message(2) }).conversations.get(key)!.closed).toBe(false);
});

test('Message_ThatTheServerCountedAlready_IsNotCountedAgain', () => {
  const counted = sampleConversation({ unread: 1, last: message(2), readUpTo: message(1).position });
  const next = take(opened, { type: 'conversation', conversation: counted }, { type: 'message', message: message(2) });
  expect(next.conversations.get(key)!.unread).toBe(1);
});

test.each(['failed', 'sent', 'delivered', 'read'] as const)('OwnMessage_ToldOfAfterItWas_%s_StaysSo', (state) => {
  const own = message(2, { mine: true, from: 'ada', state: 'queued' });
  const next = take(opened, { type: 'message', message: own }, { type: 'messageState', message: { ...own, state } }, { type: 'message', message: own });
  expect(shown(next)[1]!.state).toBe(state);
  expect(next.conversations.get(key)!.last!.state).toBe(state);
});

test('OwnMessage_QueuedToRead_ChangesInPlace', () => {
  const own = message(2, { mine: true, from: 'ada', state: 'queued' });
  let next = take(opened, { type: 'message', message: own });
  expect(next.conversations.get(key)!.unread).toBe(0);
  for (const state of ['sent', 'delivered', 'read'] as const) {
    next = take(next, { type: 'messageState', message: { ...own, state } });
    expect(shown(next)).toHaveLength(2);
    expect(shown(next)[1]!.state).toBe(state);
    expect(next.conversations.get(key)!.last!.state).toBe(state);
  }
});

test('StateOfAMessageNotLoaded_ChangesNothingShown', () => {
  const above = { ...opened, windows: new Map([[key, { ...opened.windows.get(key)!, atStart: false, atEnd: false }]]) } as Store;
  const next = take(above, { type: 'messageState', message: message(99, { mine: true, from: 'ada', state: 'read' }) });
  expect(shown(next)).toEqual(shown(above));
  expect(next.conversations).toBe(above.conversations);
});

test('Conversation_Event_IsAuthoritative', () => {
  const next = take(opened, { type: 'conversation', conversation: sampleConversation({ unread: 7, muted: true }) });
  expect(next.conversations.get(key)).toMatchObject({ unread: 7, muted: true });
});

test('Room_LeftOrRemovedFrom_IsGone', () => {
  const inRoom = take(opened, { type: 'room', room: sampleRoom() });
  expect(inRoom.rooms.get('r1')!.name).toBe('lab');
  expect(take(inRoom, { type: 'room', room: sampleRoom({ own: 'none' }) }).rooms.has('r1')).toBe(false);
});

test('Presence_Storm_TakesTheLast', () => {
  const next = take(
    opened,
    { type: 'presence', person: samplePerson('bob', { presence: 'away' }) },
    { type: 'presence', person: samplePerson('bob', { presence: 'offline' }) },
  );
  expect(next.people.get('bob')!.presence).toBe('offline');
});

test('Typing_HoldsSixSecondsOrUntilTheMessage', () => {
  const typing = take(opened, { type: 'typing', conversation: key, from: 'bob' });
  expect(typing.typing.get(key)).toEqual([{ from: 'bob', until: now + typingHolds }]);
  expect(pruneTyping(typing, now + typingHolds - 1)).toBe(typing);
  expect(pruneTyping(typing, now + typingHolds).typing.has(key)).toBe(false);
  expect(take(typing, { type: 'message', message: message(2) }).typing.has(key)).toBe(false);
});

test('Cleared_OneOrAll_EmptiesWindowsAndLastLines', () => {
  for (const conversation of [key, null] as const) {
    const next = take(opened, { type: 'cleared', conversation });
    expect(shown(next)).toHaveLength(0);
    expect(next.conversations.get(key)!.last).toBeNull();
  }
  expect(take(opened, { type: 'cleared', conversation: 'person/carol' }).windows.get(key)!.items).toHaveLength(1);
});

test('Settings_Event_ReplacesThem', () => {
  const settings = { theme: 'night' } as Settings;
  expect(take(opened, { type: 'settings', settings }).settings).toBe(settings);
});

test('Status_ChangesTheConnectionOfTheState', () => {
  const status = { connection: 'offline', trouble: null, outbox: 3, pending: 0, messages: 0, away: false } as const;
  expect(take(opened, { type: 'status', status }).app!.status).toBe(status);
});

test('Alarm_ComesWithTheState', () => {
  const alarms = [{ id: 7, text: 'a fork', added: null }];
  const next = take(opened, { type: 'alarm', id: 7, text: 'a fork', added: null }, { type: 'state', state: { ...sampleApp(), alarms } });
  expect(next.app!.alarms).toBe(alarms);
});

test('Notices_AreBounded', () => {
  const events = Array.from({ length: 10 }, (_, n) => ({ type: 'notice', text: `notice ${n}` }) as const);
  expect(take(opened, ...events).toasts).toHaveLength(4);
});

test('Close_EndsTheSession', () => {
  expect(reduce(opened, { type: 'close' }, now)).toMatchObject({ session: 'closed', live: false });
});

test('Cleared_Drafts_GoWithTheMessages', () => {
  const drafts = new Map([[key, 'half a'], ['room/r1', 'sentence']] as const);
  expect([...take({ ...opened, drafts }, { type: 'cleared', conversation: key }).drafts.keys()]).toEqual(['room/r1']);
  expect(take({ ...opened, drafts }, { type: 'cleared', conversation: null }).drafts.size).toBe(0);
});
