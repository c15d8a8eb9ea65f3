/** Where the other computer waits, unless it says otherwise. */
export const usualPort = 7450;

/** HOST, HOST:PORT or [IPV6]:PORT as it is typed; null when it is none of these. */
export function parsePlace(text: string): { host: string; port: number } | null {
  const found = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<host>[^\s:/[\]]+))(?::(?<port>\d{1,5}))?$/i.exec(text.trim());
  const host = found?.groups?.six ?? found?.groups?.host;
  const port = Number(found?.groups?.port ?? usualPort);
  return host && port > 0 && port <= 65535 ? { host, port } : null;
}
