import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { api } from '../../api/calls';
import { ApiError } from '../../api/http';
import { change, initial, read } from '../../store/state';
import { sampleMessage } from '../../store/samples';
import { FileCard } from './FileCard';

afterEach(() => {
  cleanup();
  change(initial, true);
  vi.restoreAllMocks();
  Reflect.deleteProperty(window, 'showSaveFilePicker');
});

const file = { name: 'report.pdf', type: 'application/pdf', size: 12_300, here: true };
const card = (change: Partial<typeof file> = {}) => render(<FileCard message={sampleMessage(1, { file })} file={{ ...file, ...change }} />);

test('Card_Here_IsSavedUnderItsName', async () => {
  vi.spyOn(api, 'file').mockResolvedValue(new Response('bytes'));
  const written: Uint8Array[] = [];
  const place = { createWritable: async () => new WritableStream<Uint8Array>({ write: (part) => void written.push(part) }) };
  const pick = vi.fn(async () => place);
  Object.assign(window, { showSaveFilePicker: pick });
  card();
  expect(screen.getByText('12 kB')).toBeDefined();
  fireEvent.click(screen.getByRole('button', { name: 'Save report.pdf' }));
  await waitFor(() => expect(read().toasts.map((toast) => toast.text)).toEqual(['The file is saved.']));
  expect(pick).toHaveBeenCalledWith({ suggestedName: 'report.pdf' });
  expect(new TextDecoder().decode(written[0])).toBe('bytes');
});

test('Card_NotHere_SaysWhyInPlaceOfTheButton', () => {
  card({ here: false });
  expect(screen.queryByRole('button')).toBeNull();
  expect(screen.getByText(/not on this computer/)).toBeDefined();
});

test('Card_TheProgramHasItNoMore_SaysSo', async () => {
  vi.spyOn(api, 'file').mockRejectedValue(new ApiError('not-found', 'this is not here'));
  card();
  fireEvent.click(screen.getByRole('button'));
  await waitFor(() => expect(read().toasts.map((toast) => toast.text)).toEqual(['This is not here.']));
});
