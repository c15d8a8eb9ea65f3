/** The program's sentences begin small and end bare, as the command line prints them; a page writes them whole. */
export function asSentence(text: string): string {
  const whole = text.trim();
  if (whole === '') return '';
  const end = /[.!?…:]$/.test(whole) ? '' : '.';
  return whole[0]!.toLocaleUpperCase() + whole.slice(1) + end;
}
