import type { Device, DeviceStanding } from '../api/types';
import { ago, shortDate, t } from '../text';

const order: readonly DeviceStanding[] = ['pending', 'active', 'asleep', 'revoked'];

/** What waits for a decision first, then this one, the ended last. */
export function inOrder(devices: readonly Device[]): Device[] {
  const rank = (device: Device) => (device.this ? 0.5 : order.indexOf(device.standing));
  return devices.toSorted((a, b) => rank(a) - rank(b) || b.addedAt.localeCompare(a.addedAt));
}

export function deviceName(device: Device): string {
  return device.name ?? t('settings.device.unnamed', { id: device.device.slice(0, 8) });
}

/** What a person wants to know about it, in words. */
export function deviceWords(device: Device): string {
  const added = t('settings.device.added', { date: shortDate(device.addedAt) });
  switch (device.standing) {
    case 'pending':
      return t('settings.device.pending', { time: ago(device.addedAt) });
    case 'revoked':
      return t('settings.device.revoked', { added });
    case 'asleep':
      return t('settings.device.asleep', { added });
    case 'active':
      return device.lastLogin ? t('settings.device.active', { added, time: ago(device.lastLogin) }) : added;
  }
}
