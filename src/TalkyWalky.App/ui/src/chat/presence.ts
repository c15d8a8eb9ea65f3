import type { Presence } from '../api/types';
import { useStore } from '../store';

/** What the server last said is no presence any more while it cannot be reached. */
export function usePresence(username: string | undefined): Presence {
  return useStore((state) => {
    const person = username === undefined ? undefined : state.people.get(username);
    return person && state.live && state.app?.status?.connection === 'online' ? person.presence : 'unknown';
  });
}
