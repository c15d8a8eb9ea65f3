import { sessionKey } from './http';
import type { LiveEvent } from './events';

const firstPause = 250;
const longestPause = 5000;

/** Events over one WebSocket, made anew when it breaks. Returns a function that ends it. */
export function listen(onEvent: (event: LiveEvent) => void, onDown: () => void): () => void {
  let socket: WebSocket | null = null;
  let pause = firstPause;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  const connect = () => {
    const url = new URL('/api/v1/events', location.href);
    url.protocol = 'ws:';
    // The key travels as a subprotocol: a page cannot set headers on a WebSocket.
    socket = new WebSocket(url, ['talkywalky', `key.${sessionKey() ?? ''}`]);
    socket.onmessage = (message) => {
      pause = firstPause;
      onEvent(JSON.parse(message.data as string) as LiveEvent);
    };
    socket.onclose = () => {
      if (ended) return;
      onDown();
      timer = setTimeout(connect, pause);
      pause = Math.min(pause * 2, longestPause);
    };
  };
  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    socket?.close();
  };
}
