/** The shapes of the loopback API (docs/app-api.md, /api/v1/openapi.json). Times are ISO 8601 in UTC with milliseconds. */

/** Where the program stands with its profile; each stage has its own screen. */
export type Stage =
  /** No profile yet: join, then register or sign in. */
  | 'new'
  /** Keys are being made or certificates requested. */
  | 'enrolling'
  /** Someone must approve this device first. */
  | 'pending'
  /** Enrolment was begun and interrupted; signing in goes on with it. */
  | 'unfinished'
  /** The profile wants its passphrase. */
  | 'locked'
  /** Signed out: the password is asked again. */
  | 'loggedOut'
  | 'ready'
  /** The profile cannot be opened; `trouble` says why and what to do. */
  | 'broken';

export type EnrolmentStep = 'contacting' | 'registering' | 'makingKeys' | 'requestingCertificates' | 'done';

export interface AppState {
  stage: Stage;
  /** A sentence: why the last attempt failed, what is waited for, or why the profile is broken. */
  trouble: string | null;
  /** While `enrolling`. */
  step: EnrolmentStep | null;
  /** While `pending`: SHA-256 of this device's key, hex; who approves sees the same. */
  keyFingerprint: string | null;
  /** Known from a link given at start, or from an enrolment begun before; the link for others is in `self`. */
  link: string | null;
  username: string | null;
  /** Whether the window opens in the size that the settings say; else why not. */
  windowSize: { supported: boolean; why: 'defaultBrowser' | 'noWindow' | null };
  /** A new profile may keep its secret here: 'keychain' (the system's), 'file', or only as a passphrase. */
  secretPlace: 'keychain' | 'file';
  version: string;
  self: Self | null;
  status: Status | null;
  /** Those that the person has not acknowledged, the oldest first. */
  alarms: Alarm[];
}

/** Somebody tampers, or seems to: a sentence that says what to do. */
export interface Alarm {
  id: number;
  text: string;
  /** The own device that it is about, which can be revoked. */
  added: AddedDevice | null;
}

/** A device of one's own account that no own device let in, as far as can be proven. */
export interface AddedDevice {
  device: string;
  name: string | null;
  /** When the transparency log took it up. */
  since: string;
  /** Who let it in, by the transparency log. */
  by: 'first' | 'device' | 'administrator';
}

export interface Self {
  user: string;
  username: string;
  organisation: string;
  domain: string;
  device: string;
  fingerprint: string;
  certificateNotAfter: string;
  gateway: string;
  profile: string;
  /** For those who shall come to the same server; it holds no invitation. */
  joinLink: string;
}

export type Connection = 'offline' | 'connecting' | 'online' | 'loggedOut' | 'refused';

export interface Status {
  connection: Connection;
  trouble: string | null;
  /** Messages not yet accepted by the server. */
  outbox: number;
  pending: number;
  messages: number;
  /** The person shows as away. */
  away: boolean;
}

export interface JoinLink {
  gateway: string;
  /** Carries an invitation. */
  invited: boolean;
}

export interface Enrolment {
  link: string;
  username: string;
  password: string;
  /** Make a new account; else sign in to one that exists. */
  register: boolean;
  fullName?: string;
  mail?: string;
  /** Locks the profile on this computer; without one a secret is made and kept in `secretPlace`. */
  passphrase?: string;
}

export type Presence = 'unknown' | 'offline' | 'away' | 'online';

export interface Person {
  user: string;
  username: string;
  fullName: string;
  presence: Presence;
  lastSeen: string | null;
  /** What the person wants to be called, where it differs from the username. */
  name: string | null;
}

/** How a conversation is named in paths: a person by username, a room by its id. */
export type ConversationKey = `person/${string}` | `room/${string}`;

export type MessageState = 'queued' | 'sent' | 'delivered' | 'read' | 'failed' | 'received';

export interface Message {
  /** 32 hex digits. */
  id: string;
  conversation: string;
  /** Username of the other person, or the room's name. */
  with: string;
  from: string;
  mine: boolean;
  text: string;
  sentAt: string;
  receivedAt: string | null;
  state: MessageState;
  verified: boolean;
  gapBefore: boolean;
  trouble: string | null;
  isRoom: boolean;
  room: string | null;
  fromName: string | null;
  /** Place in the conversation: up to 19 digits, compared as BigInt, never as a number. */
  position: string;
  /** Of a message that is a file; `text` is its name then. */
  file: SharedFile | null;
}

export interface SharedFile {
  name: string;
  type: string;
  /** Bytes. */
  size: number;
  /** All of it is on this computer. */
  here: boolean;
}

export interface Conversation {
  /** Id, hex; of a room the room's id. Empty for a person never written to. */
  conversation: string;
  with: string;
  isRoom: boolean;
  unread: number;
  muted: boolean;
  closed: boolean;
  last: Message | null;
  /** Position of the last message read; "0" when none was. */
  readUpTo: string;
}

export type Rank = 'none' | 'invited' | 'member' | 'moderator' | 'owner';

export interface Room {
  room: string;
  name: string;
  topic: string;
  open: boolean;
  closed: boolean;
  members: number;
  own: Rank;
  epoch: number;
  verified: boolean;
  frozen: string | null;
}

export interface Member {
  user: string;
  username: string;
  name: string | null;
  rank: Rank;
  asleep: boolean;
}

export type DeviceStanding = 'pending' | 'active' | 'asleep' | 'revoked';

export interface Device {
  device: string;
  name: string | null;
  standing: DeviceStanding;
  this: boolean;
  keyFingerprint: string;
  addedAt: string;
  lastLogin: string | null;
  approvedBy: string | null;
}

/** What this computer verified of a person. */
export interface ContactCard {
  person: Person;
  organisation: string;
  domain: string;
  devices: {
    device: string;
    serial: string;
    fingerprint: string;
    notBefore: string;
    notAfter: string;
    status: 'good' | 'revoked' | 'unknown';
    /** When the authority signed the list by which that is known. */
    checkedAt: string | null;
    revokedAt: string | null;
    /** By the transparency log; null when that is not known now. */
    letInBy: 'first' | 'device' | 'administrator' | null;
    letInDevice: string | null;
    letInAt: string | null;
  }[];
  trouble: string | null;
}

/** Direct connections of this device, with no server between. */
export interface Direct {
  /** Null: it does not wait for others. */
  port: number | null;
  /** How others may reach it: ADDRESS:PORT. */
  addresses: string[];
  lines: { username: string; device: string; address: string; since: string }[];
}

export interface Draft {
  conversation: ConversationKey;
  text: string;
}

export interface Names {
  current: string;
  /** The newest first; an empty name stands for the directory's. */
  used: { name: string; since: string }[];
}

export type Theme = 'system' | 'default' | 'night' | 'grey' | 'blue' | 'pink' | 'turquoise' | 'hacker';

/** How the app looks and behaves here; kept in PROFILE/app.json, nothing secret. */
export interface Settings {
  theme: Theme;
  /** Null: the bundled one. */
  fontFamily: string | null;
  /** Pixels, 11 to 24. */
  fontSize: number;
  language: 'system' | 'en' | 'fr';
  /** Pixels, 360x200 to 3840x2160; null: the default, 1180x760. */
  windowSize: { width: number; height: number } | null;
  /** Pixels, 200 to 480. */
  sidebarWidth: number;
  detailsOpen: boolean;
  notifications: boolean;
  /** Go on when the last window closed. */
  background: boolean;
  /** The conversation shown last. */
  lastConversation: ConversationKey | null;
  recentEmoji: string[];
  /** 0: none, 1 to 5: light to dark. */
  skinTone: number;
}

/** What others may learn; the same on all devices of the person. */
export interface Privacy {
  deliveredReceipts: boolean;
  readReceipts: boolean;
  typing: boolean;
}

/** RFC 9457; `detail` is a sentence for a person. */
export interface Problem {
  status: number;
  code: 'invalid' | 'refused' | 'unreachable' | 'not-logged-in' | 'not-found' | 'no-session' | 'failed';
  detail: string;
}
