import type { Problem } from './types';

/** An expected failure; `message` is the server's sentence. */
export class ApiError extends Error {
  constructor(
    readonly code: Problem['code'],
    detail: string,
  ) {
    super(detail);
  }
}

const keyName = 'key';

/** The session is a cookie, which pages cannot read, and this key, which other ports of this computer do not have. */
export function sessionKey(): string | null {
  return sessionStorage.getItem(keyName);
}

/** Exchanges the one-time token of the address bar (#token=...) and removes it from there. False: the link was used before. */
export async function enter(): Promise<boolean> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!token) return sessionKey() !== null;
  history.replaceState(null, '', location.pathname);
  const response = await fetch('/api/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  if (!response.ok) return sessionKey() !== null;
  const { key } = (await response.json()) as { key: string };
  sessionStorage.setItem(keyName, key);
  return true;
}

/** A body is sent as JSON, the bytes of a file as they are. */
export async function request(method: string, path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { 'x-talkywalky-key': sessionKey() ?? '' };
  const isFile = body instanceof Blob;
  if (body !== undefined) headers['content-type'] = isFile ? 'application/octet-stream' : 'application/json';
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { method, headers, body: body === undefined ? null : isFile ? body : JSON.stringify(body) });
  } catch {
    throw new ApiError('failed', '');
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  throw new ApiError(problem?.code ?? 'failed', problem?.detail ?? '');
}

export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await request(method, path, body);
  return (response.status === 204 ? undefined : await response.json()) as T;
}
