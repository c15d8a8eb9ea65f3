import type { LiveEvent } from '../api/events';
import type { Conversation, ConversationKey, Message, Person, Room } from '../api/types';
import { asSentence } from '../text';
import { isAfter, keyOfConversation, keyOfMessage } from './keys';
import type { Store } from './state';
import { initial, withEntry } from './state';
import { find, put, unlessOvertaken } from './window';

/** How long "is typing" holds after it was told, in milliseconds. */
export const typingHolds = 6000;

const mostToasts = 4;

/** What the events make of the state. Pure: the caller passes the time and asks the server for what is missing. */
export function reduceAll(state: Store, events: readonly LiveEvent[], now: number): Store {
  // A storm of presence after the connection comes back copies the map of people once.
  const persons = events.filter((event) => event.type === 'presence').map((event) => event.person);
  const others = events.filter((event) => event.type !== 'presence');
  return others.reduce((next, event) => reduce(next, event, now), withPeople(state, persons));
}

export function reduce(state: Store, event: LiveEvent, now: number): Store {
  switch (event.type) {
    case 'state':
      return { ...state, live: true, session: 'live', app: event.state };
    case 'status':
      return state.app ? { ...state, app: { ...state.app, status: event.status } } : state;
    case 'message':
      return arrived(state, event.message);
    case 'messageState':
      return stateChanged(state, event.message);
    case 'presence':
      return withPeople(state, [event.person]);
    case 'room':
      return withRoom(state, event.room);
    case 'conversation':
      return { ...state, conversations: withEntry(state.conversations, keyOfConversation(event.conversation), event.conversation) };
    case 'typing':
      return withTypist(state, event.conversation, event.from, now);
    case 'devices':
      return { ...state, devices: event.devices };
    case 'notice':
      return withToast(state, 'info', asSentence(event.text));
    case 'alarm':
      return state; // the state that comes with it holds it
    case 'settings':
      return { ...state, settings: event.settings };
    case 'cleared':
      return cleared(state, event.conversation);
    case 'discarded':
      return discarded(state, event.conversation, event.message);
    case 'close':
      return { ...state, live: false, session: 'closed' };
  }
}

function arrived(state: Store, message: Message): Store {
  const key = keyOfMessage(message);
  const window = state.windows.get(key);
  return {
    ...state,
    windows: window ? withEntry(state.windows, key, put(window, unlessOvertaken(find(window, message), message))) : state.windows,
    conversations: withEntry(state.conversations, key, withNewest(state.conversations.get(key), message)),
    typing: withoutTypist(state.typing, key, message.from),
  };
}

/** The server tells the exact numbers a moment later; the badge does not wait for it. */
function withNewest(old: Conversation | undefined, message: Message): Conversation {
  const conversation = old ?? {
    conversation: message.conversation, with: message.with, isRoom: message.isRoom, unread: 0, muted: false, closed: false, last: null, readUpTo: '0',
  };
  const isNews = !conversation.last || isAfter(message.position, conversation.last.position);
  const isUnread = isNews && !message.mine && isAfter(message.position, conversation.readUpTo);
  return {
    ...conversation,
    conversation: message.conversation,
    closed: conversation.closed && !isNews,
    unread: conversation.unread + (isUnread ? 1 : 0),
    last: isSame(conversation.last, message) ? unlessOvertaken(conversation.last, message) : isNews ? message : conversation.last,
  };
}

function stateChanged(state: Store, message: Message): Store {
  const key = keyOfMessage(message);
  const window = state.windows.get(key);
  const conversation = state.conversations.get(key);
  return {
    ...state,
    windows: window ? withEntry(state.windows, key, put(window, message)) : state.windows,
    conversations:
      conversation && isSame(conversation.last, message)
        ? withEntry(state.conversations, key, { ...conversation, last: message })
        : state.conversations,
  };
}

function isSame(a: Message | null, b: Message): boolean {
  return a !== null && a.id === b.id && a.from === b.from;
}

function withPeople(state: Store, persons: readonly Person[]): Store {
  if (persons.length === 0) return state;
  const people = new Map(state.people);
  for (const person of persons) people.set(person.username, person);
  return { ...state, people };
}

function withRoom(state: Store, room: Room): Store {
  const isOut = room.own === 'none';
  const old = state.members.get(room.room);
  return {
    ...state,
    rooms: withEntry(state.rooms, room.room, isOut ? undefined : room),
    members: isOut && old ? withEntry(state.members, room.room, undefined) : state.members,
  };
}

function withTypist(state: Store, key: ConversationKey, from: string, now: number): Store {
  const others = (state.typing.get(key) ?? []).filter((typist) => typist.from !== from && typist.until > now);
  return { ...state, typing: withEntry(state.typing, key, [...others, { from, until: now + typingHolds }]) };
}

function withoutTypist(typing: Store['typing'], key: ConversationKey, from: string): Store['typing'] {
  const old = typing.get(key);
  if (!old?.some((typist) => typist.from === from)) return typing;
  const rest = old.filter((typist) => typist.from !== from);
  return withEntry(typing, key, rest.length > 0 ? rest : undefined);
}

/** Forgets who stopped typing without a word. */
export function pruneTyping(state: Store, now: number): Store {
  if (![...state.typing.values()].some((typists) => typists.some((typist) => typist.until <= now))) return state;
  const kept = [...state.typing]
    .map(([key, typists]) => [key, typists.filter((typist) => typist.until > now)] as const)
    .filter(([, typists]) => typists.length > 0);
  return { ...state, typing: new Map(kept) };
}

function cleared(state: Store, key: ConversationKey | null): Store {
  const conversations = new Map(state.conversations);
  const windows = new Map(state.windows);
  // What one began to write goes too, as it does on the disk.
  const drafts = key === null ? initial.drafts : withEntry(state.drafts, key, undefined);
  const attached = key === null ? initial.attached : withEntry(state.attached, key, undefined);
  for (const one of key === null ? state.conversations.keys() : [key]) {
    const conversation = conversations.get(one);
    if (conversation) conversations.set(one, { ...conversation, last: null, unread: 0 });
  }
  for (const one of key === null ? state.windows.keys() : [key]) {
    const window = windows.get(one);
    if (window) windows.set(one, { ...window, items: [], atStart: true, atEnd: true, epoch: window.epoch + 1, unreadAfter: null });
  }
  return { ...state, conversations, windows, drafts, attached };
}

function discarded(state: Store, key: ConversationKey, id: string): Store {
  const window = state.windows.get(key);
  if (!window) return state;
  return { ...state, windows: withEntry(state.windows, key, { ...window, items: window.items.filter((item) => item.id !== id || !item.mine) }) };
}

export function withToast(state: Store, kind: Store['toasts'][number]['kind'], text: string): Store {
  if (state.toasts.some((toast) => toast.text === text && toast.kind === kind)) return state;
  const toast = { id: state.toastsShown + 1, kind, text };
  return { ...state, toastsShown: toast.id, toasts: [...state.toasts, toast].slice(-mostToasts) };
}
