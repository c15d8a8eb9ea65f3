import { Check } from 'lucide-react';
import type { EnrolmentStep } from '../api/types';
import { Spinner } from '../parts/Spinner';
import { t, type TextKey } from '../text';
import styles from './Making.module.css';
import { Page } from './Page';
import { Steps } from './Steps';
import { Stop } from './Stop';

const rows = [
  { step: 'contacting', text: 'start.making.contacting' },
  { step: 'registering', text: 'start.making.registering' },
  { step: 'makingKeys', text: 'start.making.keys' },
  { step: 'requestingCertificates', text: 'start.making.certificates' },
] as const satisfies readonly { step: EnrolmentStep; text: TextKey }[];

const order: readonly EnrolmentStep[] = [...rows.map((row) => row.step), 'done'];

/** What happens, in plain words, while it happens. */
export function Making({ step, register }: { step: EnrolmentStep | null; register: boolean }) {
  const at = step ? order.indexOf(step) : 0;
  const shown = rows.filter((row) => register || row.step !== 'registering');
  const now = shown.find((row) => order.indexOf(row.step) === at);
  return (
    <Page title={t('start.making.title')} about={t('start.making.about')} above={<Steps at={2} />}>
      {/* The rows change their marks, not their words. */}
      <p className="visually-hidden" role="status">
        {now && t(now.text)}
      </p>
      <ul className={styles.rows}>
        {shown.map((row) => {
          const place = order.indexOf(row.step);
          const state = place < at ? 'done' : place === at ? 'now' : 'later';
          return (
            <li key={row.step} className={styles.row} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
              <span className={styles.mark}>{state === 'done' ? <Check /> : state === 'now' ? <Spinner /> : null}</span>
              {t(row.text)}
            </li>
          );
        })}
      </ul>
      <div>
        <Stop>{t('start.making.stop')}</Stop>
      </div>
    </Page>
  );
}
