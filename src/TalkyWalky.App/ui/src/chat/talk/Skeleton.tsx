import { t } from '../../text';
import styles from './Skeleton.module.css';

const widths = ['w1', 'w2', 'w3', 'w1', 'w2'] as const;

/** Stands for messages; appears after 300 ms. */
export function Skeleton() {
  return (
    <div className={styles.skeleton} role="status" aria-label={t('loading')}>
      {widths.map((width, at) => (
        <div key={at} className={styles.row}>
          <span className={styles.picture} />
          <span className={styles.lines}>
            <span className={styles.name} />
            <span className={styles[width]} />
          </span>
        </div>
      ))}
    </div>
  );
}
