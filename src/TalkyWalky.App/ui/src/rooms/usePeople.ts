import { useCallback, useMemo } from 'react';
import type { Person } from '../api/types';
import { shownName } from '../chat/names';
import { fold, search } from '../parts/match';
import { useStore } from '../store';

/** Finds among everybody but oneself and those left out, by name. */
export function usePeople(leftOut?: ReadonlySet<string>): (query: string) => Person[] {
  const people = useStore((store) => store.people);
  const self = useStore((store) => store.app?.self?.username);
  const all = useMemo(
    () =>
      [...people.values()]
        .filter((person) => person.username !== self && !leftOut?.has(person.username))
        .map((person) => ({ person, name: shownName(person, person.username) }))
        .map(({ person, name }) => ({ person, name, keys: [name, person.username, person.fullName].map(fold) }))
        .sort((a, b) => a.name.localeCompare(b.name)),
    [people, self, leftOut],
  );
  return useCallback((query) => search(query, all).map((found) => found.person), [all]);
}
