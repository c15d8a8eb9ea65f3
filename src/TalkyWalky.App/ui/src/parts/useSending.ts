import { useState } from 'react';
import { reasonOf } from '../api/reason';

/** What is sent from a form: once at a time, and its failure as a sentence. */
export function useSending() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = async (work: () => Promise<void>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(reasonOf(failure));
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, setError, run };
}
