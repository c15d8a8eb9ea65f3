import { afterEach, expect, test, vi } from 'vitest';
import { api } from '../api/calls';
import type { LiveEvent } from '../api/events';
import { ApiError } from '../api/http';
import { askMembers, leaveRoom, refreshServed, removeMember } from './lists';
import { noteEvents } from './meanwhile';
import { reduceAll } from './reduce';
import { sampleRoom } from './samples';
import { revertLayout } from './settings';
import { change, initial, read } from './state';

afterEach(() => {
  vi.restoreAllMocks();
  change(initial, true);
});

const refused = new ApiError('refused', 'you are the only owner of this room');

test('Leave_Refused_IsThrownToTheDialog_AndTheRoomStays', async () => {
  change({ rooms: new Map([['r1', sampleRoom()]]) });
  vi.spyOn(api, 'leaveRoom').mockRejectedValue(refused);
  await expect(leaveRoom('r1')).rejects.toBe(refused);
  expect(read().rooms.has('r1')).toBe(true);
  expect(read().toasts).toEqual([]);
});

test('Members_AskedBeforeTheRoomWasLeft_DoNotBringItBack', async () => {
  change({ rooms: new Map([['r1', sampleRoom()]]) });
  vi.spyOn(api, 'room').mockImplementation(async () => {
    await Promise.resolve();
    const events: LiveEvent[] = [{ type: 'room', room: { ...sampleRoom(), own: 'none' } }];
    change(reduceAll(read(), events, 0));
    noteEvents(events);
    return { room: sampleRoom(), members: [] };
  });
  await askMembers('r1');
  expect(read().rooms.has('r1')).toBe(false);
});

test('RemoveMember_AndRevertLayout_Refused_AreThrownToTheDialog', async () => {
  vi.spyOn(api, 'removeMember').mockRejectedValue(refused);
  vi.spyOn(api, 'revertLayout').mockRejectedValue(refused);
  await expect(removeMember('r1', 'bob')).rejects.toBe(refused);
  await expect(revertLayout()).rejects.toBe(refused);
});

test('Refresh_Failed_IsAToastInAWholeSentence_ButNotWhenTheBannerSpeaks', async () => {
  vi.spyOn(api, 'people').mockRejectedValue(refused);
  vi.spyOn(api, 'rooms').mockRejectedValue(new ApiError('failed', ''));
  vi.spyOn(api, 'devices').mockRejectedValue(new ApiError('unreachable', 'could not reach the server'));
  await refreshServed();
  expect(read().toasts.map((toast) => toast.text)).toEqual(['You are the only owner of this room.']);
});
