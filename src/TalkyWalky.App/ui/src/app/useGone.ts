import { useEffect, useState } from 'react';
import { useStore } from '../store';

/** In milliseconds. A computer that wakes up takes less; a page that was never let in has nothing to wait for. */
const patience = 8000;
const patienceAtStart = 3000;

/** The program has not answered for a while: it is not there any more. */
export function useGone(): boolean {
  const live = useStore((store) => store.live);
  const entering = useStore((store) => store.session === 'entering');
  const [gone, setGone] = useState(false);
  useEffect(() => {
    if (live) return;
    const timer = setTimeout(() => setGone(true), entering ? patienceAtStart : patience);
    return () => {
      clearTimeout(timer);
      setGone(false);
    };
  }, [live, entering]);
  return gone;
}
