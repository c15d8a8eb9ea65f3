import type { Member, Rank, Room } from '../api/types';

const order: readonly Rank[] = ['none', 'invited', 'member', 'moderator', 'owner'];

const atLeast = (rank: Rank, least: Rank) => order.indexOf(rank) >= order.indexOf(least);

/** What a rank may do (docs/protocol.md, 4.3). The program decides; this only spares what would be refused. */
export const can = {
  write: (room: Room) => atLeast(room.own, 'member') && !room.closed,
  addPeople: (room: Room) => can.write(room) && (room.open || atLeast(room.own, 'moderator')),
  change: (room: Room) => can.write(room) && atLeast(room.own, 'moderator'),
  setAccess: (room: Room) => can.write(room) && room.own === 'owner',
  close: (room: Room) => can.write(room) && room.own === 'owner',
  setRank: (room: Room, member: Member) => can.write(room) && room.own === 'owner' && atLeast(member.rank, 'member'),
  remove: (room: Room, member: Member) => can.change(room) && (room.own === 'owner' || !atLeast(member.rank, 'moderator')),
};

/** Owners first, the invited last. */
export function byRank(a: Member, b: Member): number {
  return order.indexOf(b.rank) - order.indexOf(a.rank);
}
