import { expect, test } from 'vitest';
import { pastedFiles } from './insert';

const file = new File(['x'], 'image.png');
const clipboard = (...types: string[]) => ({ types, files: [file] }) as unknown as DataTransfer;

test.each([
  ['a file', ['Files'], 1],
  ['a file, of which some systems give the name', ['Files', 'text/plain'], 1],
  ['a picture of a page', ['text/html', 'Files'], 1],
  ['cells of a table, with their picture', ['text/plain', 'text/html', 'Files'], 0],
])('Paste_%s_AttachesWhatIsMeant', (_, types, count) => {
  expect(pastedFiles(clipboard(...types))).toHaveLength(count);
});
