import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { SearchList } from './SearchList';

afterEach(cleanup);
// jsdom lays nothing out.
Element.prototype.scrollIntoView = () => undefined;

const names = ['ada', 'bob', 'carol'];
const find = (query: string) => names.filter((name) => name.includes(query));

function show(onPick: (name: string) => void, onSubmit = vi.fn()) {
  render(
    <form onSubmit={onSubmit}>
      <SearchList
        label="People"
        find={find}
        keyOf={(name) => name}
        render={(name) => name}
        onPick={onPick}
        empty={(query) => `nobody is called ${query}`}
        moreText={String}
      />
    </form>,
  );
  return screen.getByRole<HTMLInputElement>('combobox');
}

test('Search_EnterBeforeTheListFollowed_PicksWhatWasTyped', async () => {
  const onPick = vi.fn();
  const field = show(onPick);
  // As a browser does it: act() would draw the list before the next key.
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false);
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(field, 'bo');
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await Promise.resolve();
  expect(field.value).toBe('bo');
  expect(screen.getAllByRole('option')).toHaveLength(3);
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  vi.unstubAllGlobals();
  expect(onPick).toHaveBeenCalledExactlyOnceWith('bob');
});

test('Search_ArrowsThenEnter_PicksTheMarkedOne', () => {
  const onPick = vi.fn();
  const field = show(onPick);
  fireEvent.keyDown(field, { key: 'ArrowUp' });
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(onPick).toHaveBeenCalledExactlyOnceWith('carol');
});

test('Search_EnterWithoutAMatch_DoesNotSendTheForm', () => {
  const onPick = vi.fn();
  const field = show(onPick);
  fireEvent.change(field, { target: { value: 'zz' } });
  expect(fireEvent.keyDown(field, { key: 'Enter' })).toBe(false);
  expect(onPick).not.toHaveBeenCalled();
  expect(screen.getByText('nobody is called zz')).toBeTruthy();
});
