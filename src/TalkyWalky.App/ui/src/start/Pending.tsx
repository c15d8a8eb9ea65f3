import type { AppState } from '../api/types';
import { Fingerprint } from '../parts/Fingerprint';
import { Note } from '../parts/Note';
import { Spinner } from '../parts/Spinner';
import { asSentence, t } from '../text';
import { Page } from './Page';
import styles from './Pending.module.css';
import { Steps } from './Steps';
import { Stop } from './Stop';

/** Someone must let this device in: which key they see, and where. */
export function Pending({ app }: { app: AppState }) {
  return (
    <Page title={t('start.pending.title')} about={t('start.pending.about')} above={<Steps at={2} />}>
      <ol className={styles.ways}>
        <li>{t('start.pending.device')}</li>
        <li>{t('start.pending.administrator')}</li>
      </ol>
      {app.keyFingerprint && (
        <div className={styles.key}>
          <p className={styles.label}>{t('start.pending.key')}</p>
          <Fingerprint value={app.keyFingerprint} label={t('start.pending.key')} />
        </div>
      )}
      {app.trouble && <Note>{asSentence(app.trouble)}</Note>}
      <div className={styles.foot}>
        <p className={styles.waiting} role="status">
          <Spinner />
          {t('start.pending.waiting')}
        </p>
        <Stop>{t('start.pending.stop')}</Stop>
      </div>
    </Page>
  );
}
