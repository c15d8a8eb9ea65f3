import { cleanup, fireEvent, render, renderHook, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../api/calls';
import { useNotifications } from '../app/useNotifications';
import { sampleMessage, sampleSettings } from '../store/samples';
import { change, initial, read } from '../store/state';
import { NotificationsOffer } from './NotificationsOffer';

const { listeners } = vi.hoisted(() => ({ listeners: [] as ((event: object) => void)[] }));
vi.mock('../store', async (original) => ({
  ...(await original<object>()),
  onLiveEvent: (listener: (event: object) => void) => {
    listeners.push(listener);
    return () => undefined;
  },
}));

const requestPermission = vi.fn(async () => 'granted');

beforeEach(() => {
  vi.stubGlobal('Notification', { permission: 'default', requestPermission });
  change({ ...initial, settings: sampleSettings() }, true);
  renderHook(useNotifications);
  render(<NotificationsOffer />);
});

afterEach(() => {
  cleanup();
  listeners.length = 0;
  requestPermission.mockClear();
  vi.unstubAllGlobals();
});

const arrive = (n: number) => listeners.forEach((tell) => tell({ type: 'message', message: sampleMessage(n, { sentAt: new Date().toISOString() }) }));
const yes = () => screen.queryByRole('button', { name: 'Show notifications' });

test('Offer_NobodySawAMessage_AsksTheBrowserOnlyAfterYes', async () => {
  expect(yes()).toBeNull();
  arrive(1);
  await waitFor(() => expect(yes()).not.toBeNull());
  expect(requestPermission).not.toHaveBeenCalled();
  fireEvent.click(yes()!);
  expect(requestPermission).toHaveBeenCalledOnce();
  await waitFor(() => expect(yes()).toBeNull());
});

test('Offer_Refused_IsKeptAndNotMadeAgain', async () => {
  const keep = vi.spyOn(api, 'changeSettings').mockImplementation(async (wish) => ({ ...sampleSettings(), ...wish }));
  arrive(1);
  await waitFor(() => expect(yes()).not.toBeNull());
  fireEvent.click(screen.getByRole('button', { name: 'No, thank you' }));
  expect(keep).toHaveBeenCalledExactlyOnceWith({ notifications: false });
  arrive(2);
  expect(read().offer).toBe('answered');
});
