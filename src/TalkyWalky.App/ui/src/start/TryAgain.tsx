import { api } from '../api/calls';
import { Button } from '../parts/Button';
import { Note } from '../parts/Note';
import { useSending } from '../parts/useSending';
import { asSentence, t } from '../text';

/** What kept the profile shut may be mended by now: a keychain unlocked, a disk no longer full. */
export function TryAgain({ trouble }: { trouble: string | null }) {
  const { busy, error, run } = useSending();
  return (
    <>
      {error && error !== asSentence(trouble ?? '') && <Note kind="error">{error}</Note>}
      <Button busy={busy} onClick={() => void run(api.openAgain)}>
        {t('tryAgain')}
      </Button>
    </>
  );
}
