import { useMemo } from 'react';
import type { ConversationKey, Room } from '../api/types';
import { isRoomKey, nameOfKey, useStore, type Store } from '../store';
import { shownName } from './names';
import { can } from './ranks';
import { plainName } from './text/names';

export function conversationName(state: Store, key: ConversationKey): string {
  const name = nameOfKey(key);
  if (!isRoomKey(key)) return shownName(state.people.get(name), name);
  return plainName(state.rooms.get(name)?.name ?? state.conversations.get(key)?.with ?? '');
}

export const useConversationName = (key: ConversationKey) => useStore((state) => conversationName(state, key));

export const useRoom = (key: ConversationKey): Room | undefined => useStore((state) => (isRoomKey(key) ? state.rooms.get(nameOfKey(key)) : undefined));

/** Rooms may be left, closed or frozen. */
export function useCanWrite(key: ConversationKey): boolean {
  const room = useRoom(key);
  const loaded = useStore((state) => state.loaded);
  return !isRoomKey(key) || !loaded || (room !== undefined && can.write(room) && !room.frozen);
}

/** Usernames in a conversation, in lower case: whose mention is marked. */
export function useKnownNames(key: ConversationKey): ReadonlySet<string> {
  const members = useStore((state) => (isRoomKey(key) ? state.members.get(nameOfKey(key))?.list : undefined));
  const self = useStore((state) => state.app?.self?.username ?? '');
  return useMemo(
    () => new Set((members ? members.map((member) => member.username) : [isRoomKey(key) ? '' : nameOfKey(key), self]).map((name) => name.toLowerCase())),
    [members, key, self],
  );
}
