import type { AddedDevice } from '../api/types';
import { t } from '../text';
import { plainName } from './text/names';

/** A device in a sentence: its name, which somebody gave it, in quotes; else the beginning of its id. */
export function quotedDevice({ name, device }: AddedDevice): string {
  return name === null ? device.slice(0, 8) : t('alarm.quoted', { name: plainName(name) });
}
