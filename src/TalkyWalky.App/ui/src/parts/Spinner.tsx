import styles from './Spinner.module.css';

/** Appears after 300 ms: what is faster needs none. Beside a text that says what is done. */
export function Spinner() {
  return <span className={styles.spinner} aria-hidden="true" />;
}
