/** Replaces a part of the text as if it were typed: undo takes it back. The field tells its change by itself. */
export function replaceText(field: HTMLTextAreaElement, from: number, to: number, text: string): void {
  field.focus();
  field.setSelectionRange(from, to);
  // The only way to stay in the browser's undo history; deprecated without a successor (https://w3c.github.io/input-events/).
  if (document.execCommand('insertText', false, text)) return;
  field.setRangeText(text, from, to, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Files in the clipboard. Who copied cells or a part of a page has a picture of it there too, and means the text. */
export function pastedFiles(clipboard: DataTransfer): File[] {
  return clipboard.types.includes('text/plain') && clipboard.types.includes('text/html') ? [] : [...clipboard.files];
}

/** Puts marks such as ** around what is selected, or takes them away. */
export function toggleMarks(field: HTMLTextAreaElement, mark: string): void {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const isMarked = value.slice(from - mark.length, from) === mark && value.slice(to, to + mark.length) === mark;
  if (isMarked) {
    replaceText(field, from - mark.length, to + mark.length, value.slice(from, to));
    field.setSelectionRange(from - mark.length, to - mark.length);
  } else {
    replaceText(field, from, to, `${mark}${value.slice(from, to)}${mark}`);
    field.setSelectionRange(from + mark.length, to + mark.length);
  }
}
