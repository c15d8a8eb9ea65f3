import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { api } from '../api/calls';
import { Making } from './Making';

afterEach(cleanup);

test('Making_EachStep_IsSaidAloud', () => {
  const { rerender } = render(<Making step="contacting" register />);
  const said = screen.getByRole('status');
  const first = said.textContent;
  rerender(<Making step="makingKeys" register />);
  expect(screen.getByRole('status')).toBe(said);
  expect(said.textContent).toBe('Making your keys on this computer');
  expect(first).not.toBe(said.textContent);
});

test('Making_Stop_EndsTheEnrolment', () => {
  const stop = vi.spyOn(api, 'stopEnrolment').mockResolvedValue();
  render(<Making step="contacting" register={false} />);
  fireEvent.click(screen.getByRole('button', { name: 'Stop and go back' }));
  expect(stop).toHaveBeenCalledOnce();
});
