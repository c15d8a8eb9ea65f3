import type { Conversation, ConversationKey, Person, Room } from '../../api/types';
import { fold } from '../../parts/match';
import { comparePositions, type Store } from '../../store';
import { shownName } from '../names';

export type Section = 'rooms' | 'people' | 'everyone';

export type Row =
  | { kind: 'heading'; id: string; section: Section }
  | { kind: 'note'; id: string; text: 'noRooms' | 'noPeople' | 'noMatch' }
  | { kind: 'conversation'; id: ConversationKey };

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

const searched = new WeakMap<Person, string>();

function searchedText(person: Person): string {
  let text = searched.get(person);
  if (text === undefined) searched.set(person, (text = fold(`${person.name ?? ''}\n${person.fullName}\n${person.username}`)));
  return text;
}

let order: { names: ReadonlyMap<string, string>; usernames: string[] } = { names: new Map(), usernames: [] };

/** Usernames by shown name. Sorting 2,000 names takes longer than a frame: presence alone does not do it again. */
function byName(people: ReadonlyMap<string, Person>): string[] {
  const isSame = people.size === order.names.size && [...people.values()].every((person) => order.names.get(person.username) === shownName(person, person.username));
  if (!isSame) {
    const names = new Map([...people.values()].map((person) => [person.username, shownName(person, person.username)]));
    order = { names, usernames: [...people.keys()].sort((a, b) => collator.compare(names.get(a)!, names.get(b)!)) };
  }
  return order.usernames;
}

interface Lists {
  rooms: ReadonlyMap<string, Room>;
  people: ReadonlyMap<string, Person>;
  conversations: ReadonlyMap<ConversationKey, Conversation>;
  self: string;
}

/** Rooms by name; people one talked with, the newest first; then everyone else by name. Nothing that only changes presence moves a row. */
export function rowsOf({ rooms, people, conversations, self }: Lists, filter: string): Row[] {
  const wanted = fold(filter.trim());
  const roomKeys = roomsOf(rooms, conversations, wanted);
  const talked = talkedTo(conversations, people, wanted);
  const known = new Set(talked);
  const others = byName(people)
    .filter((username) => username !== self && (wanted === '' || searchedText(people.get(username)!).includes(wanted)))
    .map((username): ConversationKey => `person/${username}`)
    .filter((key) => !known.has(key));
  if (wanted !== '' && roomKeys.length + talked.length + others.length === 0) return [{ kind: 'note', id: 'no-match', text: 'noMatch' }];
  return [
    ...section('rooms', roomKeys, wanted === '' ? 'noRooms' : null),
    ...section('people', talked, wanted === '' && others.length === 0 ? 'noPeople' : null),
    // With nobody talked to yet, everyone stands under "People".
    ...(talked.length === 0 && others.length > 0 ? section('people', others, null) : section('everyone', others, null)),
  ];
}

/** The conversations of the list, from the top. */
export function keysOf(lists: Lists, filter: string): ConversationKey[] {
  return rowsOf(lists, filter).flatMap((row) => (row.kind === 'conversation' ? [row.id] : []));
}

/** Everything the list is made of. */
export const listsOf = ({ rooms, people, conversations, app }: Store): Lists => ({ rooms, people, conversations, self: app?.self?.username ?? '' });

function section(name: Section, keys: ConversationKey[], empty: 'noRooms' | 'noPeople' | null): Row[] {
  if (keys.length === 0 && !empty) return [];
  const heading: Row = { kind: 'heading', id: name, section: name };
  if (keys.length === 0 && empty) return [heading, { kind: 'note', id: empty, text: empty }];
  return [heading, ...keys.map((id): Row => ({ kind: 'conversation', id }))];
}

function roomsOf(rooms: ReadonlyMap<string, Room>, conversations: ReadonlyMap<ConversationKey, Conversation>, wanted: string): ConversationKey[] {
  const named = new Map<ConversationKey, string>();
  for (const room of rooms.values()) named.set(`room/${room.room}`, room.name);
  // Left rooms stay readable until one closes the conversation.
  for (const [key, conversation] of conversations) if (conversation.isRoom && !named.has(key)) named.set(key, conversation.with);
  return [...named]
    .filter(([key, name]) => (wanted === '' ? !conversations.get(key)?.closed : fold(name).includes(wanted)))
    .sort(([, a], [, b]) => collator.compare(a, b))
    .map(([key]) => key);
}

function talkedTo(conversations: ReadonlyMap<ConversationKey, Conversation>, people: ReadonlyMap<string, Person>, wanted: string): ConversationKey[] {
  return [...conversations]
    .filter(([, conversation]) => !conversation.isRoom && !conversation.closed && (conversation.last !== null || conversation.conversation !== ''))
    .filter(([, { with: username }]) => {
      const person = people.get(username);
      return wanted === '' || (person ? searchedText(person) : fold(username)).includes(wanted);
    })
    .sort(([, a], [, b]) => comparePositions(b.last?.position ?? '0', a.last?.position ?? '0') || collator.compare(a.with, b.with))
    .map(([key]) => key);
}
