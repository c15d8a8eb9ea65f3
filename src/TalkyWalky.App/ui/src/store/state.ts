import { create } from 'zustand';
import type { AppState, ContactCard, Conversation, ConversationKey, Device, Member, Person, Privacy, Room, Settings } from '../api/types';
import type { MessageWindow } from './window';

export interface Toast {
  id: number;
  kind: 'info' | 'error';
  text: string;
}

export interface Typist {
  from: string;
  /** Milliseconds since 1970. */
  until: number;
}

/** A file that goes out with what is written next. */
export interface Attached {
  /** Of the message that it becomes. */
  id: string;
  name: string;
  type: string;
  content: Blob;
}

/** What the window of one conversation is doing. */
export type Loading = 'first' | 'before' | 'after';

export interface RoomMembers {
  list: readonly Member[];
  /** Epoch of the room that the list was asked at. */
  epoch: number;
}

export interface Store {
  /** The page has no session: its link was used, or the program ended. */
  session: 'entering' | 'live' | 'none' | 'closed';
  /** The program itself is reachable. */
  live: boolean;
  app: AppState | null;
  /** What the main screen lists was loaded. */
  loaded: boolean;
  loadTrouble: string | null;
  settings: Settings | null;
  privacy: Privacy | null;

  /** By username. */
  people: ReadonlyMap<string, Person>;
  conversations: ReadonlyMap<ConversationKey, Conversation>;
  /** Those one is in or invited to, by id. */
  rooms: ReadonlyMap<string, Room>;
  /** By room id; asked for when shown. */
  members: ReadonlyMap<string, RoomMembers>;
  windows: ReadonlyMap<ConversationKey, MessageWindow>;
  loading: ReadonlyMap<ConversationKey, Loading>;
  /** Why the messages of a conversation could not be loaded. */
  windowTrouble: ReadonlyMap<ConversationKey, string>;
  drafts: ReadonlyMap<ConversationKey, string>;
  attached: ReadonlyMap<ConversationKey, readonly Attached[]>;
  /** Of messages with a file that the program has not kept yet, by their ids. */
  contents: ReadonlyMap<string, Blob>;
  typing: ReadonlyMap<ConversationKey, readonly Typist[]>;
  devices: readonly Device[];
  /** What was verified of a person, by username; asked for when shown. */
  contacts: ReadonlyMap<string, ContactCard>;

  open: ConversationKey | null;
  /** Below 640 px one pane is shown at a time. */
  pane: 'list' | 'conversation';
  /** Open over the conversation when the window is narrow. */
  detailsOver: boolean;
  /** The person whose details are shown instead of the room's. */
  detailsPerson: string | null;
  /** Notifications were offered once, after a message that nobody saw. */
  offer: 'none' | 'shown' | 'answered';
  toasts: readonly Toast[];
  /** Since the start: the next one's number. */
  toastsShown: number;
}

export const initial: Store = {
  session: 'entering',
  live: false,
  app: null,
  loaded: false,
  loadTrouble: null,
  settings: null,
  privacy: null,
  people: new Map(),
  conversations: new Map(),
  rooms: new Map(),
  members: new Map(),
  windows: new Map(),
  loading: new Map(),
  windowTrouble: new Map(),
  drafts: new Map(),
  attached: new Map(),
  contents: new Map(),
  typing: new Map(),
  devices: [],
  contacts: new Map(),
  open: null,
  pane: 'list',
  detailsOver: false,
  detailsPerson: null,
  offer: 'none',
  toasts: [],
  toastsShown: 0,
};

/** `useStore(selector)` in components; the functions of store/ change it. */
export const useStore = create<Store>()(() => initial);

export const read = useStore.getState;
export const change = useStore.setState;

/** A copy with one entry set, or removed by undefined. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V | undefined): ReadonlyMap<K, V> {
  const copy = new Map(map);
  if (value === undefined) copy.delete(key);
  else copy.set(key, value);
  return copy;
}
