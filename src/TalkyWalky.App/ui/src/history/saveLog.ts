import { api } from '../api/calls';
import type { ConversationKey } from '../api/types';
import { saveAs, type Outcome } from '../files/saveAs';

export type LogFormat = 'text' | 'json' | 'html';

interface Wish {
  format: LogFormat;
  /** Dates such as 2026-11-01; empty: no bound. */
  from: string;
  to: string;
}

const kinds = {
  text: { ending: '.txt', type: 'text/plain' },
  json: { ending: '.json', type: 'application/json' },
  html: { ending: '.html', type: 'text/html' },
} as const;

/** Writes the history into a file that the person chooses, else into the downloads. */
export async function saveLog(conversation: ConversationKey, name: string, wish: Wish): Promise<Outcome> {
  const { ending, type } = kinds[wish.format];
  return await saveAs(`${fileName(name)}${ending}`, { [type]: [ending] }, () => ask(conversation, wish));
}

function ask(conversation: ConversationKey, { format, from, to }: Wish): Promise<Response> {
  const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
  return api.exportHistory(conversation, { format, zone, ...(from ? { from } : {}), ...(to ? { to } : {}) });
}

/** Without what file systems refuse. */
export function fileName(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cf}<>:"/\\|?*]+/gu, ' ').replace(/\s+/g, ' ').replace(/^[\s.]+|[\s.]+$/g, '');
  return plain.slice(0, 80) || 'TalkyWalky';
}
