import { useCallback, useEffect, useRef } from 'react';

/** Whether it is still on screen: asked after a wait, in which a person may have gone on. */
export function useMounted(): () => boolean {
  const mounted = useRef(false);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  return useCallback(() => mounted.current, []);
}
