import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from '../api/http';
import { useAsked } from './useAsked';
import { Waiting } from './Waiting';

afterEach(cleanup);

function Things({ ask }: { ask: () => Promise<void> }) {
  return <Waiting asked={useAsked(ask)} />;
}

test('Asked_FailsThenAnswers_SaysEachInItsTurn', async () => {
  const ask = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new ApiError('unreachable', 'could not reach the server')).mockResolvedValueOnce();
  const { container } = render(<Things ask={ask} />);
  expect(screen.getByRole('status').textContent).toBe('Loading');
  expect((await screen.findByRole('alert')).textContent).toContain('Could not reach the server.');
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await vi.waitFor(() => expect(container.textContent).toBe(''));
  expect(ask).toHaveBeenCalledTimes(2);
});
