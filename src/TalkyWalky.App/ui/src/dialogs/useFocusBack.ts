import { useEffect } from 'react';
import { useDialog } from './open';

/** When the last dialog closed, the focus is where it was before the first, or in the message field when that is gone. */
export function useFocusBack(): void {
  const closed = useDialog((state) => state.dialog === null);
  useEffect(() => {
    if (!closed) return;
    // After the dialog's own attempt, which knows only the dialog before.
    const timer = setTimeout(() => {
      if (document.activeElement && document.activeElement !== document.body) return;
      const { from } = useDialog.getState();
      const goal = from?.isConnected && from !== document.body ? from : document.querySelector('main textarea');
      if (goal instanceof HTMLElement) goal.focus();
    });
    return () => clearTimeout(timer);
  }, [closed]);
}
