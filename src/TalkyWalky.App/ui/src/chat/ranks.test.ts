import { expect, test } from 'vitest';
import type { Member, Rank } from '../api/types';
import { sampleRoom } from '../store/samples';
import { byRank, can } from './ranks';

const member = (rank: Rank): Member => ({ user: rank, username: rank, name: null, rank, asleep: false });

test('Can_FollowsTheRightsOfTheProtocol', () => {
  const rooms = (['none', 'invited', 'member', 'moderator', 'owner'] as const).map((own) => sampleRoom({ own, open: false }));
  expect(rooms.map(can.write)).toEqual([false, false, true, true, true]);
  expect(rooms.map(can.addPeople)).toEqual([false, false, false, true, true]);
  expect(rooms.map((room) => can.addPeople({ ...room, open: true }))).toEqual([false, false, true, true, true]);
  expect(rooms.map(can.change)).toEqual([false, false, false, true, true]);
  expect(rooms.map((room) => can.setRank(room, member('member')))).toEqual([false, false, false, false, true]);
  expect(rooms.map((room) => can.setRank(room, member('invited')))).toEqual([false, false, false, false, false]);
  expect(rooms.map((room) => can.remove(room, member('invited')))).toEqual([false, false, false, true, true]);
  expect(rooms.map((room) => can.remove(room, member('moderator')))).toEqual([false, false, false, false, true]);
});

test('Can_InAClosedRoom_IsNothing', () => {
  const room = sampleRoom({ own: 'owner', closed: true });
  expect([can.write(room), can.addPeople(room), can.change(room), can.remove(room, member('member'))]).toEqual([false, false, false, false]);
});

test('ByRank_OwnersFirst', () => {
  expect([member('member'), member('invited'), member('owner'), member('moderator')].sort(byRank).map((one) => one.rank)).toEqual([
    'owner', 'moderator', 'member', 'invited',
  ]);
});
