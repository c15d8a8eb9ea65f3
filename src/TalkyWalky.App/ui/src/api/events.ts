import type { Alarm, AppState, Conversation, ConversationKey, Device, Message, Person, Room, Settings, Status } from './types';

/** What the program tells over the WebSocket (docs/app-api.md). */
export type LiveEvent =
  /** First on every connection, and after each change of stage or connection. */
  | { type: 'state'; state: AppState }
  | { type: 'message'; message: Message }
  /** An own message changed its state. */
  | { type: 'messageState'; message: Message }
  | { type: 'status'; status: Status }
  | { type: 'presence'; person: Person }
  | { type: 'room'; room: Room }
  | { type: 'conversation'; conversation: Conversation }
  | { type: 'typing'; conversation: ConversationKey; from: string }
  | { type: 'devices'; devices: Device[] }
  /** Something a person should know; an alarm says that somebody tampers, and is in the state too until it is acknowledged. */
  | { type: 'notice'; text: string }
  | ({ type: 'alarm' } & Alarm)
  | { type: 'settings'; settings: Settings }
  /** Messages were deleted here; null: all. */
  | { type: 'cleared'; conversation: ConversationKey | null }
  /** A refused message was taken out of the history. */
  | { type: 'discarded'; conversation: ConversationKey; message: string }
  /** This window is replaced by another one, or the program ends. */
  | { type: 'close' };
