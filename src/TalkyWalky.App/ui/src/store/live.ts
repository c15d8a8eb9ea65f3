import { api } from '../api/calls';
import { enter } from '../api/http';
import { listen } from '../api/live';
import type { LiveEvent } from '../api/events';
import { loadAll, refreshServed } from './lists';
import { noteEvents, watchPages } from './meanwhile';
import { attempt } from './problems';
import { pruneTyping, reduceAll } from './reduce';
import { change, initial, read } from './state';

const typingChecked = 1000;
/** The server tells of changes of those one knows; that somebody new came, it is asked. */
const newcomersChecked = 60_000;

type Listener = (event: LiveEvent) => void;
const listeners = new Set<Listener>();

/** Every live event, after the store took it in: for notifications. Returns a function that ends it. */
export function onLiveEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Exchanges the link's token, then follows the program's events for as long as the page lives. Returns a function that ends it. */
export function start(): () => void {
  let end: (() => void) | undefined;
  let ended = false;
  void enter().then((isIn) => {
    if (ended) return;
    if (isIn) end = follow();
    else change({ session: 'none' });
  });
  return () => {
    ended = true;
    end?.();
  };
}

function follow(): () => void {
  let waiting: LiveEvent[] = [];
  // A turn of the event loop collects a burst; timers would be slowed down in a hidden window.
  const turn = new MessageChannel();
  turn.port1.onmessage = () => {
    const events = waiting;
    waiting = [];
    take(events);
  };
  const stop = listen(
    (event) => {
      if (waiting.push(event) === 1) turn.port2.postMessage(null);
      if (event.type === 'close') leave();
    },
    () => change({ live: false }),
  );
  /** Another window takes this one's place, or the program ends. A browser lets an app window close itself; a tab stays and says that it can be closed. */
  const leave = () => {
    stop();
    window.close();
  };
  const timer = setInterval(() => change(pruneTyping(read(), Date.now())), typingChecked);
  const unwatch = watchPages();
  const newcomers = setInterval(lookForNewcomers, newcomersChecked);
  addEventListener('focus', lookForNewcomers);
  return () => {
    stop();
    unwatch();
    clearInterval(timer);
    clearInterval(newcomers);
    removeEventListener('focus', lookForNewcomers);
    turn.port1.close();
  };
}

function lookForNewcomers(): void {
  const state = read();
  if (state.loaded && isOnline(state) && !document.hidden) void refreshServed();
}

function take(events: readonly LiveEvent[]): void {
  const before = read();
  change(reduceAll(before, events, Date.now()));
  noteEvents(events);
  const after = read();
  if (!before.settings || !before.live) void loadSettings();
  const wasReady = before.live && before.app?.stage === 'ready';
  const isReady = after.app?.stage === 'ready';
  if (isReady && !wasReady) void loadAll();
  else if (isReady && isOnline(after) && !isOnline(before)) void refreshServed();
  else if (!isReady && before.loaded) forget();
  for (const event of events) for (const listener of listeners) listener(event);
}

const isOnline = (state: ReturnType<typeof read>) => state.app?.status?.connection === 'online';

async function loadSettings(): Promise<void> {
  const settings = await attempt(api.settings());
  if (settings) change({ settings });
}

/** Signed out: nothing that was read stays in the page. */
function forget(): void {
  const { session, live, app, settings, toasts, toastsShown } = read();
  change({ ...initial, session, live, app, settings, toasts, toastsShown }, true);
}
