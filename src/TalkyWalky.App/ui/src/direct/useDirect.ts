import { useCallback, useEffect, useState } from 'react';
import { api } from '../api/calls';
import type { Direct } from '../api/types';
import { reasonOf } from '../api/reason';

const pause = 1500;

/** The direct connections as they are while somebody looks; others come and go without a word to this window. */
export function useDirect() {
  const [now, setNow] = useState<Direct | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const look = useCallback(
    () =>
      api.direct().then(
        (state) => {
          setNow(state);
          setTrouble(null);
        },
        (failure: unknown) => setTrouble(reasonOf(failure)),
      ),
    [],
  );
  useEffect(() => {
    void look();
    const timer = setInterval(() => void look(), pause);
    return () => clearInterval(timer);
  }, [look]);
  return { now, setNow, trouble };
}
