import { api } from '../api/calls';
import { ApiError } from '../api/http';
import { reasonOf } from '../api/reason';
import type { ConversationKey, Rank, Room } from '../api/types';
import { keyOfConversation, nameOfKey } from './keys';
import { answered } from './meanwhile';
import { openConversation, refreshOpen } from './messages';
import { attempt, tellFailure } from './problems';
import { changeSettings } from './settings';
import { change, read, withEntry } from './state';

/**
 * Everything that the main screen lists; again after the connection to the program came back. What lies on this computer is shown at once, what the server tells
 * when it comes: it may be out of reach.
 */
export async function loadAll(): Promise<void> {
  const served = refreshServed();
  try {
    const isFirst = !read().loaded;
    await answered(Promise.all([api.conversations(), api.privacy(), api.drafts()]), ([conversations, privacy, drafts]) => ({
      conversations: new Map(conversations.map((conversation) => [keyOfConversation(conversation), conversation])),
      privacy,
      // What one typed meanwhile is newer.
      drafts: new Map([...drafts.map((draft) => [draft.conversation, draft.text] as const), ...read().drafts]),
      loaded: true,
      loadTrouble: null,
    }));
    const last = read().settings?.lastConversation;
    if (!isFirst || read().open) await refreshOpen();
    else if (last && isKnown(last)) await reopen(last);
  } catch (error) {
    change({ loadTrouble: reasonOf(error) });
  }
  await served;
}

/** A narrow window begins with the list. */
async function reopen(key: ConversationKey): Promise<void> {
  const opened = openConversation(key);
  change({ pane: 'list' });
  await opened;
}

function isKnown(key: ConversationKey): boolean {
  const { conversations, rooms, people } = read();
  return conversations.has(key) || (key.startsWith('room/') ? rooms.has(nameOfKey(key)) : people.has(nameOfKey(key)));
}

/** People, rooms and devices come from the server: asked again when it is back. Without it there are those known here, and no devices. */
export async function refreshServed(): Promise<void> {
  await Promise.all([
    attempt(answered(api.people(), (people) => ({ people: new Map(people.map((person) => [person.username, person])) }))),
    attempt(answered(api.rooms(false), (rooms) => ({ rooms: new Map(rooms.map((room) => [room.room, room])) }))),
    answered(api.devices(), (devices) => ({ devices })).catch(ignoreUnreachable),
  ]);
}

// The banner says already that the server is away.
function ignoreUnreachable(error: unknown): void {
  if (!(error instanceof ApiError && error.code === 'unreachable')) tellFailure(error);
}

// Those who ask say in place why there is no answer; those who load say it in a toast.

export async function askMembers(id: string): Promise<void> {
  await answered(api.room(id), ({ room, members }) => ({
    rooms: room.own === 'none' ? read().rooms : withEntry(read().rooms, room.room, room),
    members: withEntry(read().members, room.room, { list: members, epoch: room.epoch }),
  }));
}

export async function loadMembers(id: string): Promise<void> {
  await attempt(askMembers(id));
}

export async function askContact(username: string): Promise<void> {
  const card = await api.contact(username);
  change({ contacts: withEntry(read().contacts, username, card) });
}

export async function loadContact(username: string): Promise<void> {
  await attempt(askContact(username));
}

export async function askDevices(): Promise<void> {
  change({ devices: await api.devices() });
}

/** Keeps what the program answered to a change of a room. */
export function keepRoom(room: Room): void {
  change({ rooms: withEntry(read().rooms, room.room, room.own === 'none' ? undefined : room) });
}

async function takeRoom(room: Room): Promise<void> {
  keepRoom(room);
  if (read().members.has(room.room)) await loadMembers(room.room);
}

export async function joinRoom(id: string): Promise<void> {
  const room = await attempt(api.joinRoom(id));
  if (!room) return;
  await takeRoom(room);
  await openConversation(`room/${room.room}`);
}

/** A refusal is thrown: the dialog that asked shows it. */
export async function leaveRoom(id: string): Promise<void> {
  await api.leaveRoom(id);
  change({ rooms: withEntry(read().rooms, id, undefined), members: withEntry(read().members, id, undefined) });
  leaveScreen(`room/${id}`);
}

/** A refusal is thrown: the dialog that asked shows it. */
export async function removeMember(id: string, user: string): Promise<void> {
  await takeRoom(await api.removeMember(id, user));
}

export async function setRank(id: string, user: string, rank: Rank): Promise<void> {
  const room = await attempt(api.setRank(id, user, rank));
  if (room) await takeRoom(room);
}

export async function mute(key: ConversationKey, muted: boolean): Promise<void> {
  const conversation = read().conversations.get(key);
  if (conversation) change({ conversations: withEntry(read().conversations, key, { ...conversation, muted }) });
  const done = await attempt(api.mute(key, muted).then(() => true));
  if (!done && conversation) change({ conversations: withEntry(read().conversations, key, conversation) });
}

/** Hides it until something new comes. */
export async function closeConversation(key: ConversationKey): Promise<void> {
  const conversation = read().conversations.get(key);
  if (conversation) {
    if (!(await attempt(api.close(key).then(() => true)))) return;
    change({ conversations: withEntry(read().conversations, key, { ...conversation, closed: true, unread: 0 }) });
  }
  leaveScreen(key);
}

export async function setAway(away: boolean): Promise<void> {
  await attempt(api.away(away));
}

/** The person has seen an alarm. */
export async function acknowledge(alarm: number): Promise<void> {
  await attempt(api.acknowledge(alarm));
}

/** Narrow windows slide the details over; wide ones keep them beside, in the settings. */
export function showDetails(shown: boolean, over: boolean): void {
  if (over) change({ detailsOver: shown });
  else void changeSettings({ detailsOpen: shown });
}

function leaveScreen(key: ConversationKey): void {
  if (read().open === key) change({ open: null, pane: 'list', detailsOver: false, detailsPerson: null });
}

/** Who wrote it, in the details. */
export function showPersonOf(username: string): void {
  change({ detailsPerson: username, detailsOver: true });
  if (!read().settings?.detailsOpen) void changeSettings({ detailsOpen: true });
}

export function showPerson(username: string | null): void {
  change({ detailsPerson: username });
}
