import { useCallback, useSyncExternalStore } from 'react';

/** CSS pixels: below `details` they slide over the conversation, below `panes` one pane is shown at a time. */
export const narrowWidth = { details: 900, panes: 640 };

export function useIsNarrow(width: number): boolean {
  const follow = useCallback(
    (changed: () => void) => {
      const query = matchMedia(`(max-width: ${width}px)`);
      query.addEventListener('change', changed);
      return () => query.removeEventListener('change', changed);
    },
    [width],
  );
  return useSyncExternalStore(follow, () => matchMedia(`(max-width: ${width}px)`).matches);
}
