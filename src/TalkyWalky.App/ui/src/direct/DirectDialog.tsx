import { Cable, Copy, Radio } from 'lucide-react';
import { useState } from 'react';
import { api } from '../api/calls';
import type { Direct } from '../api/types';
import { shownName } from '../chat/names';
import { closeDialog } from '../dialogs/open';
import { Button } from '../parts/Button';
import { Dialog } from '../parts/Dialog';
import { Note } from '../parts/Note';
import { TextField } from '../parts/TextField';
import { useSending } from '../parts/useSending';
import { copy, useStore } from '../store';
import { t } from '../text';
import styles from './DirectDialog.module.css';
import { parsePlace, usualPort } from './place';
import { useDirect } from './useDirect';

/** A chat with one person without a server between: one waits, the other connects. */
export function DirectDialog({ username }: { username: string }) {
  const person = useStore((state) => state.people.get(username));
  const name = shownName(person, username);
  const { now, setNow, trouble } = useDirect();
  const { busy, error, run } = useSending();
  const line = now?.lines.find((one) => one.username === username);
  const act = (ask: () => Promise<Direct>) => run(async () => setNow(await ask()));
  return (
    <Dialog title={t('direct.title', { name })} about={t('direct.about')} size="s" onClose={closeDialog}>
      {trouble && <Note kind="error">{trouble}</Note>}
      {error && <Note kind="error">{error}</Note>}
      {line && (
        <section className={styles.part}>
          <Note>{t('direct.connected', { name, address: line.address })}</Note>
          <Button busy={busy} onClick={() => void act(api.stopDirect)}>
            {t('direct.end')}
          </Button>
        </section>
      )}
      {now && !line && (
        <>
          <Wait name={name} now={now} busy={busy} act={act} />
          <Call username={username} name={name} busy={busy} act={act} />
        </>
      )}
    </Dialog>
  );
}

type Act = (ask: () => Promise<Direct>) => Promise<void>;

function Wait({ name, now, busy, act }: { name: string; now: Direct; busy: boolean; act: Act }) {
  return (
    <section className={styles.part}>
      <h3>{t('direct.wait.title')}</h3>
      {now.port === null ? (
        <Button busy={busy} onClick={() => void act(() => api.listen(usualPort))}>
          <Radio aria-hidden="true" />
          {t('direct.wait.go', { name })}
        </Button>
      ) : (
        <>
          <p role="status">{t('direct.wait.now', { name })}</p>
          <ul className={styles.addresses}>
            {now.addresses.map((address) => (
              <li key={address}>
                <code>{address}</code>
                <Button small onClick={() => void copy(address, t('copied'))} aria-label={t('direct.wait.copy', { address })}>
                  <Copy aria-hidden="true" />
                </Button>
              </li>
            ))}
          </ul>
          <Button busy={busy} onClick={() => void act(api.stopDirect)}>
            {t('direct.wait.stop')}
          </Button>
        </>
      )}
    </section>
  );
}

function Call({ username, name, busy, act }: { username: string; name: string; busy: boolean; act: Act }) {
  const [address, setAddress] = useState('');
  const place = parsePlace(address);
  return (
    <form
      className={styles.part}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (place) void act(() => api.connect(username, place.host, place.port));
      }}
    >
      <h3>{t('direct.call.title', { name })}</h3>
      <TextField label={t('direct.call.address', { name })} hint={t('direct.call.hint')} value={address} onChange={setAddress} spellCheck={false} />
      <Button type="submit" look="primary" busy={busy} disabled={!place}>
        <Cable aria-hidden="true" />
        {t('direct.call.go')}
      </Button>
    </form>
  );
}
