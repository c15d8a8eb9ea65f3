import type { LiveEvent } from '../api/events';
import { reduceAll } from './reduce';
import { change, read, useStore, type Store } from './state';

/** What has happened since each question that has no answer yet. */
const unanswered = new Set<LiveEvent[]>();

// Those that say how a thing is now: taken in twice they change nothing.
const standing: readonly LiveEvent['type'][] = ['message', 'messageState', 'presence', 'room', 'conversation', 'devices', 'cleared', 'discarded'];

export function noteEvents(events: readonly LiveEvent[]): void {
  for (const since of unanswered) since.push(...events.filter((event) => standing.includes(event.type)));
}

/** Answers and events travel on ways of their own: an answer may be older than an event that came before it. What came since the question is taken in once more, over the answer. */
export async function answered<T>(question: Promise<T>, taken: (answer: T) => Partial<Store>): Promise<void> {
  const since: LiveEvent[] = [];
  unanswered.add(since);
  try {
    const answer = await question;
    change(reduceAll({ ...read(), ...taken(answer) }, since, Date.now()));
  } finally {
    unanswered.delete(since);
  }
}

/** The same for pages of messages, which the store marks as loading. Returns a function that ends it. */
export function watchPages(): () => void {
  let since: LiveEvent[] = [];
  return useStore.subscribe((state, before) => {
    if (state.loading.size > 0 && before.loading.size === 0) unanswered.add((since = []));
    if (state.loading.size > 0 || before.loading.size === 0) return;
    unanswered.delete(since);
    if (since.length > 0) change(reduceAll(state, since, Date.now()));
  });
}
