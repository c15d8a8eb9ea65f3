import { Check } from 'lucide-react';
import { t } from '../text';
import styles from './Steps.module.css';

const names = ['start.steps.join', 'start.steps.account', 'start.steps.keys'] as const;

/** Where one is in the first run. */
export function Steps({ at }: { at: 0 | 1 | 2 }) {
  return (
    <ol className={styles.steps} aria-label={t('start.steps')}>
      {names.map((name, step) => (
        <li key={name} className={styles.step} data-state={step < at ? 'done' : step === at ? 'now' : 'later'} aria-current={step === at ? 'step' : undefined}>
          <span className={styles.mark}>{step < at ? <Check /> : step + 1}</span>
          <span className={styles.name}>{t(name)}</span>
        </li>
      ))}
    </ol>
  );
}
