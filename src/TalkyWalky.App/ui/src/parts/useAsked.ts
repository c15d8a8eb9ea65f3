import { useCallback, useEffect, useMemo, useState } from 'react';
import { reasonOf } from '../api/reason';

export interface Asked {
  waiting: boolean;
  /** Why it is not there. */
  trouble: string | null;
  again: () => void;
}

/** Asks when it appears, and again when the question or the version of what it is about changes. */
export function useAsked(ask: () => Promise<void>, version?: number): Asked {
  const [answer, setAnswer] = useState<{ to: typeof ask; trouble: string | null } | null>(null);
  const [times, setTimes] = useState(0);
  useEffect(() => {
    let left = false;
    ask().then(
      () => !left && setAnswer({ to: ask, trouble: null }),
      (failure: unknown) => !left && setAnswer({ to: ask, trouble: reasonOf(failure) }),
    );
    return () => {
      left = true;
    };
  }, [ask, version, times]);
  const again = useCallback(() => {
    setAnswer(null);
    setTimes((before) => before + 1);
  }, []);
  const waiting = answer?.to !== ask;
  const trouble = waiting ? null : answer.trouble;
  return useMemo(() => ({ waiting, trouble, again }), [waiting, trouble, again]);
}
