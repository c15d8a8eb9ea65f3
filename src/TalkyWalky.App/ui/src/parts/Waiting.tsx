import { t } from '../text';
import { Button } from './Button';
import { Note } from './Note';
import { Spinner } from './Spinner';
import type { Asked } from './useAsked';
import styles from './Waiting.module.css';

/** In the place of what was asked for: that it is on its way, or why it is not there. */
export function Waiting({ asked: { waiting, trouble, again } }: { asked: Asked }) {
  if (trouble !== null) {
    return (
      <Note kind="error">
        {trouble}{' '}
        <Button small onClick={again}>
          {t('tryAgain')}
        </Button>
      </Note>
    );
  }
  if (!waiting) return null;
  return (
    <p className={styles.waiting} role="status">
      <Spinner />
      {t('loading')}
    </p>
  );
}
