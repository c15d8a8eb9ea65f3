import { expect, test } from 'vitest';
import { sampleRoom } from '../store/samples';
import { changeOf } from './RoomSettingsDialog';

const before = sampleRoom({ name: 'lab', topic: 'tests', open: false });

test('Change_OnlyWhatDiffersFromTheOpening_IsAskedFor', () => {
  expect(changeOf(before, { ...before, topic: 'tests and talks ' })).toEqual({ topic: 'tests and talks' });
  expect(changeOf(before, { ...before, name: ' lab ' })).toEqual({});
  expect(changeOf(before, { ...before, open: true })).toEqual({ open: true });
});
