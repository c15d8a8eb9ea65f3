import { create } from 'zustand';
import type { AddedDevice, ConversationKey } from '../api/types';

export type SettingsTab = 'name' | 'appearance' | 'window' | 'notifications' | 'privacy' | 'language' | 'devices' | 'about';

/** What lies over the app. Rooms are named by their id. */
export type Dialog =
  | { kind: 'settings'; tab?: SettingsTab }
  | { kind: 'switcher' }
  | { kind: 'shortcuts' }
  | { kind: 'newMessage' }
  | { kind: 'createRoom' }
  | { kind: 'browseRooms' }
  | { kind: 'addPeople'; room: string }
  | { kind: 'roomSettings'; room: string }
  | { kind: 'leaveRoom'; room: string }
  | { kind: 'closeRoom'; room: string }
  | { kind: 'saveLog'; conversation: ConversationKey }
  /** Null: the history of all. */
  | { kind: 'clearHistory'; conversation: ConversationKey | null }
  /** A chat with this person without a server between. */
  | { kind: 'direct'; username: string }
  /** An alarm is about this device. */
  | { kind: 'revokeAdded'; alarm: number; added: AddedDevice }
  /** This device, as a sentence names it, is out; the password is still known. */
  | { kind: 'changePassword'; device: string }
  /** Bring a colleague in: the join link and its QR code. */
  | { kind: 'joinLink' }
  | { kind: 'logout' }
  | { kind: 'quit' };

interface State {
  dialog: Dialog | null;
  /** Had the focus before the first dialog, which may have led to others. */
  from: Element | null;
}

export const useDialog = create<State>()(() => ({ dialog: null, from: null }));

/** One lies over the app at a time; a second takes the place of the first. */
export function openDialog(dialog: Dialog): void {
  const { dialog: before, from } = useDialog.getState();
  useDialog.setState({ dialog, from: before ? from : document.activeElement });
}

export function closeDialog(): void {
  useDialog.setState({ dialog: null });
}

/** A dialog, a menu or a popover lies over the app: keys and the focus are its own. */
export const isCovered = () => document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
