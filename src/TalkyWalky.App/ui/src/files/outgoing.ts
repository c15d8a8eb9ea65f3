import type { ConversationKey } from '../api/types';
import { isRoomKey } from '../store/keys';

/** Bytes (docs/protocol.md). */
export const longestFile = (key: ConversationKey): number => (isRoomKey(key) ? 1 : 8) * 1024 * 1024;

const longestName = 255;

/** Controls, slashes, and what reorders a line so that one kind of file looks like another; as the program has it (TalkyWalky.Wire, FileName). */
const harmful = /[\p{Cc}/\\\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]+/gu;
const encoder = new TextEncoder();

/** A file's name as it may travel; its ending stays. */
export function sendableName(name: string): string {
  const plain = name.replace(harmful, '_').trim();
  if (plain === '' || plain === '.' || plain === '..') return 'file';
  if (encoder.encode(plain).length <= longestName) return plain;
  const ending = /\.[\p{L}\p{N}]{1,16}$/u.exec(plain)?.[0] ?? '';
  return shortened(plain.slice(0, plain.length - ending.length), longestName - encoder.encode(ending).length).trimEnd() + ending;
}

/** Not through the middle of a character. */
function shortened(text: string, bytes: number): string {
  let left = bytes;
  let end = 0;
  for (const character of text) {
    left -= encoder.encode(character).length;
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** RFC 6838: type/subtype. Systems know few types, and some of them by names of their own. */
export function sendableType(type: string): string {
  const part = '[a-z0-9][a-z0-9!#$&^_.+-]{0,126}';
  return new RegExp(`^${part}/${part}$`).test(type) ? type : 'application/octet-stream';
}
