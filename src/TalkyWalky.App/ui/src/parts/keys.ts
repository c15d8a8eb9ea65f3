/** What is written on the key that commands begin with. */
export const ctrl = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl';
