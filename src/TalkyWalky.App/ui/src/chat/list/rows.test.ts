import { expect, test, vi } from 'vitest';
import type { Conversation, ConversationKey, Person } from '../../api/types';
import { sampleConversation, sampleMessage, samplePerson, sampleRoom } from '../../store/samples';
import { rowsOf } from './rows';

const people = (...persons: Person[]) => new Map(persons.map((person) => [person.username, person]));
const conversations = (...list: Conversation[]) =>
  new Map(list.map((one): [ConversationKey, Conversation] => [one.isRoom ? `room/${one.conversation}` : `person/${one.with}`, one]));
const ids = (rows: { id: string }[]) => rows.map((row) => row.id);
const everyone = people(samplePerson('ada'), samplePerson('zoe', { fullName: 'Zoé Martin' }), samplePerson('bob'), samplePerson('carol'));

test('Rows_RoomsByName_PeopleByNewest_ThenEveryone', () => {
  const rows = rowsOf(
    {
      rooms: new Map([['r2', sampleRoom({ room: 'r2', name: 'lab' })], ['r1', sampleRoom({ name: 'General' })]]),
      people: everyone,
      conversations: conversations(
        sampleConversation({ with: 'bob', last: sampleMessage(1) }),
        sampleConversation({ with: 'carol', last: sampleMessage(2, { with: 'carol' }) }),
      ),
      self: 'ada',
    },
    '',
  );
  expect(ids(rows)).toEqual(['rooms', 'room/r1', 'room/r2', 'people', 'person/carol', 'person/bob', 'everyone', 'person/zoe']);
});

test('Rows_Filter_IgnoresCaseAndAccents', () => {
  const lists = { rooms: new Map(), people: everyone, conversations: conversations(), self: 'ada' };
  expect(ids(rowsOf(lists, 'ZOE m'))).toEqual(['people', 'person/zoe']);
  expect(ids(rowsOf(lists, 'nobody'))).toEqual(['no-match']);
});

test('Rows_ClosedConversation_GoesBackAmongEveryone', () => {
  const lists = {
    rooms: new Map(), people: everyone, conversations: conversations(sampleConversation({ closed: true, last: sampleMessage(1) })), self: 'ada',
  };
  expect(ids(rowsOf(lists, ''))).toEqual(['rooms', 'noRooms', 'people', 'person/bob', 'person/carol', 'person/zoe']);
});

test('Rows_TwoThousandPeople_AreSortedOnce', () => {
  const many = people(...Array.from({ length: 2000 }, (_, n) => samplePerson(`user${n}`)));
  const lists = { rooms: new Map(), people: many, conversations: conversations(), self: 'user0' };
  rowsOf(lists, '');
  const sort = vi.spyOn(Intl.Collator.prototype, 'compare', 'get');
  rowsOf({ ...lists, people: new Map(many).set('user7', samplePerson('user7', { presence: 'away' })) }, '');
  rowsOf(lists, '19');
  expect(sort.mock.calls.length).toBeLessThan(100);
});
