import { Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes';
import styles from './Note.module.css';

/** A sentence set apart: what to know, or what went wrong. */
export function Note({ kind = 'info', children }: { kind?: 'info' | 'warn' | 'error'; children: ReactNode }) {
  return (
    <div className={classes(styles.note, styles[kind])} role={kind === 'error' ? 'alert' : undefined}>
      {kind === 'info' ? <Info /> : <TriangleAlert />}
      <div className={styles.text}>{children}</div>
    </div>
  );
}
