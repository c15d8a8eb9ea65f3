import type { Message, Person } from '../api/types';
import type { Store } from '../store';
import { plainName } from './text/names';

/** What a person is called on screen: the name that was chosen, else the directory's, else the username. */
export function shownName(person: Person | undefined, username: string): string {
  return plainName(person?.name || person?.fullName || username);
}

export const nameOf = (username: string) => (state: Store) => shownName(state.people.get(username), username);

/** An author who left the directory keeps the name that came with the message. */
export function authorName(message: Message, person: Person | undefined): string {
  return plainName(message.fromName || person?.name || person?.fullName || message.from);
}

/** The username is shown beside a name that says something else. */
export function differs(name: string, username: string): boolean {
  return name.localeCompare(username, undefined, { sensitivity: 'accent' }) !== 0;
}
