import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { Menu } from './Menu';

afterEach(cleanup);
// jsdom lays nothing out.
vi.stubGlobal('ResizeObserver', class {
  observe() {}
  unobserve() {}
  disconnect() {}
});

function open() {
  const chosen: string[] = [];
  const item = (label: string) => ({ label, onSelect: () => chosen.push(label) });
  render(
    <Menu entries={[item('one'), item('two'), { ...item('ticked'), checked: true }]}>
      <button>menu</button>
    </Menu>,
  );
  fireEvent.keyDown(screen.getByRole('button'), { key: 'Enter' });
  return { chosen, one: screen.getByText('one'), two: screen.getByText('two'), ticked: screen.getByText('ticked') };
}

test('Item_PointerLetGoOverAnother_ChoosesNone', () => {
  const { chosen, one, two, ticked } = open();
  fireEvent.pointerDown(one);
  fireEvent.pointerUp(two);
  fireEvent.pointerUp(ticked);
  expect(chosen).toEqual([]);
  expect(screen.queryByRole('menu')).not.toBeNull();
});

test('Item_Click_ChoosesItAndCloses', () => {
  const { chosen, two } = open();
  fireEvent.pointerDown(two);
  fireEvent.pointerUp(two);
  fireEvent.click(two);
  expect(chosen).toEqual(['two']);
  expect(screen.queryByRole('menu')).toBeNull();
});
