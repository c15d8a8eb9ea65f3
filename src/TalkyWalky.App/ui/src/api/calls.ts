import { call, request } from './http';
import type {
  ContactCard, Conversation, ConversationKey, Device, Direct, Draft, Enrolment, JoinLink, Member, Message, Names, Person, Privacy, Rank, Room, Settings,
} from './types';

const of = (key: ConversationKey) => {
  const slash = key.indexOf('/');
  return `/conversations/${key.slice(0, slash)}/${encodeURIComponent(key.slice(slash + 1))}`;
};
const name = encodeURIComponent;

export const api = {
  /** Checks a join link. */
  join: (link: string) => call<JoinLink>('POST', '/join', { link }),
  /** Begins; progress and the outcome come as `state` events. Also goes on with one that is pending or was interrupted. */
  enrol: (enrolment: Enrolment) => call<void>('POST', '/enrolment', enrolment),
  /** Stops waiting for an approval. */
  stopEnrolment: () => call<void>('DELETE', '/enrolment'),
  unlock: (passphrase: string) => call<void>('POST', '/unlock', { passphrase }),
  /** Tries again with what this computer keeps. */
  openAgain: () => call<void>('POST', '/unlock', {}),
  login: (password: string) => call<void>('POST', '/login', { password }),
  logout: () => call<void>('POST', '/logout'),
  quit: () => call<void>('POST', '/quit'),
  away: (away: boolean) => call<void>('PUT', '/away', { away }),
  acknowledge: (alarm: number) => call<void>('DELETE', `/alarms/${alarm}`),

  people: () => call<Person[]>('GET', '/people'),
  contact: (username: string) => call<ContactCard>('GET', `/people/${name(username)}`),
  fonts: () => call<string[]>('GET', '/fonts'),

  conversations: () => call<Conversation[]>('GET', '/conversations'),
  /** The newest page, or the one before or after a position; oldest first. `after` "0": from the first on. At most 1,000. */
  messages: (key: ConversationKey, page: { limit: number; before?: string; after?: string }) => {
    const query = new URLSearchParams({ limit: String(page.limit) });
    if (page.before !== undefined) query.set('before', page.before);
    if (page.after !== undefined) query.set('after', page.after);
    return call<Message[]>('GET', `${of(key)}/messages?${query}`);
  },
  /** The caller names the message (32 random hex digits): sent again, it is one message. Answers when it is kept, before it is sent. */
  send: (key: ConversationKey, id: string, text: string) => call<Message>('POST', `${of(key)}/messages`, { id, text }),
  /** As `send`, for a file. */
  sendFile: (key: ConversationKey, id: string, file: { name: string; type: string; content: Blob }) =>
    call<Message>('POST', `${of(key)}/files?${new URLSearchParams({ id, name: file.name, type: file.type })}`, file.content),
  /** The bytes of a message with a file that is here. */
  file: (key: ConversationKey, position: string) => request('GET', `${of(key)}/messages/${name(position)}/file`),
  /** Takes an own message that was refused (`failed`) out of the history. */
  discard: (key: ConversationKey, id: string) => call<void>('DELETE', `${of(key)}/messages/${name(id)}`),
  typing: (key: ConversationKey) => call<void>('POST', `${of(key)}/typing`),
  markRead: (key: ConversationKey, upTo: string | null) => call<void>('POST', `${of(key)}/read`, { upTo }),
  mute: (key: ConversationKey, muted: boolean) => call<void>('PUT', `${of(key)}/mute`, { muted }),
  close: (key: ConversationKey) => call<void>('POST', `${of(key)}/close`),
  keepDraft: (key: ConversationKey, text: string) => call<void>('PUT', `${of(key)}/draft`, { text }),
  drafts: () => call<Draft[]>('GET', '/drafts'),
  clearHistory: (key: ConversationKey | null) => call<{ cleared: number }>('DELETE', key ? `${of(key)}/messages` : '/messages'),
  /** A file; `from` and `to` are dates such as 2026-11-01 in `zone`, an IANA name. */
  exportHistory: (key: ConversationKey, wish: { format: 'text' | 'json' | 'html'; from?: string; to?: string; zone: string }) =>
    request('GET', `${of(key)}/export?${new URLSearchParams(wish)}`),

  /** With `all` also the open ones that one is not in. */
  rooms: (all: boolean) => call<Room[]>('GET', `/rooms?all=${all}`),
  room: (id: string) => call<{ room: Room; members: Member[] }>('GET', `/rooms/${name(id)}`),
  createRoom: (room: { name: string; topic: string; open: boolean }) => call<Room>('POST', '/rooms', room),
  changeRoom: (id: string, change: { name?: string; topic?: string; open?: boolean }) => call<Room>('PATCH', `/rooms/${name(id)}`, change),
  joinRoom: (id: string) => call<Room>('POST', `/rooms/${name(id)}/join`),
  leaveRoom: (id: string) => call<Room>('POST', `/rooms/${name(id)}/leave`),
  closeRoom: (id: string) => call<Room>('POST', `/rooms/${name(id)}/close`),
  invite: (id: string, users: string[]) => call<Room>('POST', `/rooms/${name(id)}/invitations`, { users }),
  addMembers: (id: string, users: string[]) => call<Room>('POST', `/rooms/${name(id)}/members`, { users }),
  removeMember: (id: string, user: string) => call<Room>('DELETE', `/rooms/${name(id)}/members/${name(user)}`),
  setRank: (id: string, user: string, rank: Rank) => call<Room>('PUT', `/rooms/${name(id)}/members/${name(user)}`, { rank }),

  devices: () => call<Device[]>('GET', '/devices'),
  nameDevice: (id: string, deviceName: string) => call<Device>('PATCH', `/devices/${name(id)}`, { name: deviceName }),
  approveDevice: (id: string) => call<Device>('POST', `/devices/${name(id)}/approve`),
  rejectDevice: (id: string) => call<Device>('POST', `/devices/${name(id)}/reject`),
  revokeDevice: (id: string) => call<Device>('POST', `/devices/${name(id)}/revoke`),

  direct: () => call<Direct>('GET', '/direct'),
  /** Waits for others; port 0 is any free one. */
  listen: (port: number) => call<Direct>('POST', '/direct/listen', { port }),
  connect: (username: string, host: string, port: number) => call<Direct>('POST', '/direct/connect', { username, host, port }),
  /** Ends all direct connections and waits for no more. */
  stopDirect: () => call<Direct>('DELETE', '/direct'),

  names: () => call<Names>('GET', '/names'),
  setName: (newName: string) => call<void>('PUT', '/name', { name: newName }),
  revertName: () => call<void>('DELETE', '/name'),
  clearNames: () => call<void>('DELETE', '/names'),

  settings: () => call<Settings>('GET', '/settings'),
  /** What is left out stays as it is; null goes back to the default. */
  changeSettings: (change: Partial<Settings>) => call<Settings>('PATCH', '/settings', change),
  /** Font, theme and panes back to the defaults. */
  revertLayout: () => call<Settings>('DELETE', '/settings/layout'),
  privacy: () => call<Privacy>('GET', '/privacy'),
  changePrivacy: (change: Partial<Privacy>) => call<Privacy>('PATCH', '/privacy', change),
};
