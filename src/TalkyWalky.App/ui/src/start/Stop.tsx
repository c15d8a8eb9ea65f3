import { useState } from 'react';
import { api } from '../api/calls';
import { Button } from '../parts/Button';
import { attempt } from '../store';

/** Ends an enrolment, or the waiting for it; it can be gone on with. */
export function Stop({ children }: { children: string }) {
  const [busy, setBusy] = useState(false);
  const stop = async () => {
    setBusy(true);
    await attempt(api.stopEnrolment());
    setBusy(false);
  };
  return (
    <Button busy={busy} onClick={() => void stop()}>
      {children}
    </Button>
  );
}
