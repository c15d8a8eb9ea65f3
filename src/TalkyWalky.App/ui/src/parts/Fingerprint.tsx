import styles from './Fingerprint.module.css';

/** Hex digits in groups of four, as people compare them aloud. */
export function Fingerprint({ value, label }: { value: string; label: string }) {
  const groups = value.match(/.{1,4}/g) ?? [];
  return (
    <p className={styles.fingerprint} role="group" aria-label={label}>
      {groups.map((group, at) => (
        <span key={at}>{group} </span>
      ))}
    </p>
  );
}
