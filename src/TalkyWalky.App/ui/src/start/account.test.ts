import { expect, it } from 'vitest';
import { accountTroubles, emptyAccount, enrolmentOf } from './account';

const filled = { ...emptyAccount, username: 'alice', password: 'correct horse', repeated: 'correct horse' };

it('finds nothing wrong with a filled form', () => {
  expect(accountTroubles(filled)).toEqual({});
});

it('names each field that is wrong', () => {
  const troubles = accountTroubles({ ...filled, username: 'a', password: 'short', repeated: 'other', mail: 'nobody' });
  expect(Object.keys(troubles).sort()).toEqual(['mail', 'password', 'repeated', 'username']);
});

it('asks of who signs in only what the directory knows', () => {
  expect(accountTroubles({ ...emptyAccount, register: false, username: 'Anna Maria', password: 'x' })).toEqual({});
});

it('sends what was filled in and nothing else', () => {
  expect(enrolmentOf('L', { ...filled, username: ' alice ', fullName: ' Alice A. ', mail: ' ' })).toEqual({
    link: 'L',
    username: 'alice',
    password: 'correct horse',
    register: true,
    fullName: 'Alice A.',
    mail: undefined,
  });
  expect(enrolmentOf('L', { ...filled, register: false, fullName: 'left over', passphrase: 'open sesame' })).toEqual({
    link: 'L',
    username: 'alice',
    password: 'correct horse',
    register: false,
    passphrase: 'open sesame',
  });
});
