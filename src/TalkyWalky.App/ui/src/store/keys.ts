import type { Conversation, ConversationKey, Message } from '../api/types';

export function keyOfMessage(message: Message): ConversationKey {
  return message.isRoom ? `room/${message.conversation}` : `person/${message.with}`;
}

export function keyOfConversation(conversation: Conversation): ConversationKey {
  return conversation.isRoom ? `room/${conversation.conversation}` : `person/${conversation.with}`;
}

export function isRoomKey(key: ConversationKey): boolean {
  return key.startsWith('room/');
}

/** The username or the room's id. */
export function nameOfKey(key: ConversationKey): string {
  return key.slice(key.indexOf('/') + 1);
}

/** Two messages with one id by different authors are two messages. */
export function messageKey(message: Message): string {
  return `${message.from}/${message.id}`;
}

/** Of a message, as the program writes it: 32 digits. */
export function newId(): string {
  return crypto.randomUUID().replaceAll('-', '');
}

/** Positions have up to 19 digits, more than a number holds exactly. */
export function comparePositions(a: string, b: string): number {
  const left = BigInt(a);
  const right = BigInt(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

export function isAfter(a: string, b: string): boolean {
  return comparePositions(a, b) > 0;
}

/** Exclusive bound for "up to and with this position". */
export function justAfter(position: string): string {
  return String(BigInt(position) + 1n);
}
