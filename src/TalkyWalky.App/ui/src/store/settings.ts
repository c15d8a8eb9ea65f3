import { api } from '../api/calls';
import type { Privacy, Settings } from '../api/types';
import { attempt } from './problems';
import { change, read } from './state';

/** Shown at once; back to what was when the program refuses. */
export async function changeSettings(wish: Partial<Settings>): Promise<void> {
  const before = read().settings;
  if (before) change({ settings: { ...before, ...wish } });
  const settings = await attempt(api.changeSettings(wish));
  if (settings) change({ settings });
  else if (read().settings) change({ settings: before });
}

/** A refusal is thrown: the dialog that asked shows it. */
export async function revertLayout(): Promise<void> {
  change({ settings: await api.revertLayout() });
}

export async function askPrivacy(): Promise<void> {
  change({ privacy: await api.privacy() });
}

export async function changePrivacy(wish: Partial<Privacy>): Promise<void> {
  const privacy = await attempt(api.changePrivacy(wish));
  if (privacy) change({ privacy });
}
