import { afterEach, expect, test, vi } from 'vitest';
import { api } from '../api/calls';
import { ApiError } from '../api/http';
import { leaveRoom, refreshServed, removeMember } from './lists';
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
