import type { AppState, Conversation, Message, Person, Room, Settings } from '../api/types';

/** Values for tests. */
export function sampleMessage(n: number, change: Partial<Message> = {}): Message {
  return {
    id: `id-${n}`, conversation: 'c1', with: 'bob', from: 'bob', mine: false, text: `text ${n}`, sentAt: '2026-03-03T09:00:00.000Z',
    receivedAt: '2026-03-03T09:00:01.000Z', state: 'received', verified: true, gapBefore: false, trouble: null, isRoom: false, room: null,
    fromName: null, position: String(1_700_000_000_000_000_000n + BigInt(n)), file: null, ...change,
  };
}

export const sampleConversation = (change: Partial<Conversation> = {}): Conversation => ({
  conversation: 'c1', with: 'bob', isRoom: false, unread: 0, muted: false, closed: false, last: null, readUpTo: '0', ...change,
});

export const samplePerson = (username: string, change: Partial<Person> = {}): Person => ({
  user: username, username, fullName: username, presence: 'online', lastSeen: null, name: null, ...change,
});

export const sampleRoom = (change: Partial<Room> = {}): Room => ({
  room: 'r1', name: 'lab', topic: '', open: true, closed: false, members: 3, own: 'member', epoch: 1, verified: true, frozen: null, ...change,
});

export const sampleApp = (): AppState => ({
  stage: 'ready', trouble: null, step: null, keyFingerprint: null, link: null, username: 'ada', windowSize: { supported: true, why: null },
  secretPlace: 'file', version: '1',
  self: {
    user: 'u', username: 'ada', organisation: 'Example', domain: 'example.org', device: 'd', fingerprint: 'f',
    certificateNotAfter: '2027-01-01T00:00:00.000Z', gateway: 'g', profile: 'p', joinLink: 'talkywalky://chat.example.org:7443/join#root=ab12',
  },
  status: { connection: 'online', trouble: null, outbox: 0, pending: 0, messages: 0, away: false },
  alarms: [],
});

export const sampleSettings = (): Settings => ({
  theme: 'system', fontFamily: null, fontSize: 15, language: 'en', windowSize: null, sidebarWidth: 264, detailsOpen: false, notifications: true,
  background: false, lastConversation: null, recentEmoji: [], skinTone: 0,
});
