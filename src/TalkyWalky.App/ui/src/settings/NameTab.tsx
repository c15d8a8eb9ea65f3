import { useEffect, useState } from 'react';
import { api } from '../api/calls';
import { reasonOf } from '../api/reason';
import type { Names } from '../api/types';
import { Button } from '../parts/Button';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { TextField } from '../parts/TextField';
import { useSending } from '../parts/useSending';
import { refreshServed, useStore } from '../store';
import { fullTime, t } from '../text';
import styles from './NameTab.module.css';
import { Section } from './Section';

/** What others see beside the directory's name: change it, go back, and what it was before. */
export function NameTab() {
  const username = useStore((store) => store.app?.self?.username ?? '');
  const fullName = useStore((store) => store.people.get(username)?.fullName);
  const [names, setNames] = useState<Names | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const { busy, error, setError, run } = useSending();
  const [clearing, setClearing] = useState(false);

  const work = (change: () => Promise<void>) =>
    run(async () => {
      await change();
      setNames(await api.names());
      setTyped(null);
      // Oneself is in the lists too, under the new name.
      await refreshServed();
    });

  useEffect(() => {
    let left = false;
    api.names().then(
      (found) => !left && setNames(found),
      (failure: unknown) => !left && setError(reasonOf(failure)),
    );
    return () => {
      left = true;
    };
  }, [setError]);

  const directory = fullName || username;
  // Who has chosen no name is called by the username.
  const chosen = names && names.current !== username ? names.current : '';
  const name = typed ?? chosen;
  return (
    <>
      <Section title={t('settings.name.title')} about={t('settings.name.about', { name: directory })}>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            void work(() => api.setName(name.trim()));
          }}
        >
          <TextField
            label={t('settings.name.shown')}
            error={error}
            value={name}
            onChange={setTyped}
            placeholder={directory}
            maxLength={80}
            disabled={!names}
          />
          <div className={styles.buttons}>
            <Button type="submit" look="primary" busy={busy} disabled={name.trim() === '' || name.trim() === chosen}>
              {t('settings.name.change')}
            </Button>
            <Button disabled={chosen === ''} onClick={() => void work(api.revertName)}>
              {t('settings.name.revert')}
            </Button>
          </div>
        </form>
      </Section>
      <Section title={t('settings.name.history')} about={t('settings.name.history.about')}>
        {names && names.used.length > 0 ? (
          <ol className={styles.history}>
            {names.used.map((use) => (
              <li key={use.since} className={styles.use}>
                <span className={styles.name}>{use.name || t('settings.name.directory', { name: directory })}</span>
                <time className={styles.since} dateTime={use.since}>
                  {t('settings.name.since', { time: fullTime(use.since) })}
                </time>
              </li>
            ))}
          </ol>
        ) : (
          <p className={styles.none}>{t('settings.name.history.none')}</p>
        )}
        <div>
          <Button disabled={!names?.used.length} onClick={() => setClearing(true)}>
            {t('settings.name.history.clear')}
          </Button>
        </div>
      </Section>
      {clearing && (
        <ConfirmDialog
          title={t('settings.name.history.clear.title')}
          confirm={t('settings.name.history.clear')}
          danger
          onConfirm={async () => {
            await api.clearNames();
            setNames(await api.names());
          }}
          onClose={() => setClearing(false)}
        >
          <p>{t('settings.name.history.clear.about')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
