import styles from './Logo.module.css';

/** The mark: a bubble that speaks. */
export function Logo() {
  return (
    <svg className={styles.logo} viewBox="0 0 32 32" aria-hidden="true">
      <path
        className={styles.bubble}
        d="M9 3h14a7 7 0 0 1 7 7v7a7 7 0 0 1-7 7h-6.2l-5.6 4.6A1.4 1.4 0 0 1 9 27.5V24a7 7 0 0 1-7-7v-7a7 7 0 0 1 7-7z"
      />
      <path className={styles.voice} d="M9 12v3M13.7 9.5v8M18.3 11v5M23 8.5v10" />
    </svg>
  );
}
