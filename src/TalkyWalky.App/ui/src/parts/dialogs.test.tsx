import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from '../api/http';
import { ConfirmDialog } from './ConfirmDialog';
import { FormDialog } from './FormDialog';
import { TooltipProvider } from './TooltipProvider';

afterEach(cleanup);

function deferred() {
  let settle!: { resolve: () => void; reject: (reason: Error) => void };
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, ...settle };
}

const confirm = (onConfirm: () => Promise<unknown>, onClose: () => void) =>
  render(
    <ConfirmDialog title="Leave?" confirm="Leave" onConfirm={onConfirm} onClose={onClose}>
      {null}
    </ConfirmDialog>,
  );

const form = (onSubmit: () => Promise<string | false | void>, onClose: () => void = vi.fn()) =>
  render(
    <TooltipProvider>
      <FormDialog title="Add" go="Go" onSubmit={onSubmit} onClose={onClose}>
        {null}
      </FormDialog>
    </TooltipProvider>,
  );

const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

test('Confirm_Done_Closes', async () => {
  const onClose = vi.fn();
  confirm(async () => undefined, onClose);
  press('Leave');
  await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
});

test('Confirm_Refused_StaysAndSaysWhy', async () => {
  const onClose = vi.fn();
  confirm(() => Promise.reject(new ApiError('refused', 'you are the only owner of this room')), onClose);
  press('Leave');
  expect((await screen.findByRole('alert')).textContent).toBe('You are the only owner of this room.');
  expect(onClose).not.toHaveBeenCalled();
});

test.each([
  ['confirm', (work: () => Promise<void>, onClose: () => void) => confirm(work, onClose), 'Leave'],
  ['form', (work: () => Promise<void>, onClose: () => void) => form(work, onClose), 'Go'],
])('Dialog_%s_DoneAfterItWasClosed_ClosesNothingElse', async (_, open, go) => {
  const request = deferred();
  const onClose = vi.fn();
  const { unmount } = open(() => request.promise, onClose);
  press(go);
  unmount();
  request.resolve();
  await request.promise;
  await Promise.resolve();
  expect(onClose).not.toHaveBeenCalled();
});

test('Form_SentTwice_IsSentOnce', () => {
  const onSubmit = vi.fn(() => new Promise<void>(() => undefined));
  form(onSubmit);
  const element = document.querySelector('form')!;
  fireEvent.submit(element);
  fireEvent.submit(element);
  expect(onSubmit).toHaveBeenCalledOnce();
});

test('Form_AnswersASentence_StaysShowsItAndIsReadyAgain', async () => {
  const onClose = vi.fn();
  form(async () => 'The disk is full.', onClose);
  press('Go');
  expect((await screen.findByRole('alert')).textContent).toBe('The disk is full.');
  await waitFor(() => expect(screen.getByRole('button', { name: 'Go' }).getAttribute('aria-busy')).toBeNull());
  expect(onClose).not.toHaveBeenCalled();
});
