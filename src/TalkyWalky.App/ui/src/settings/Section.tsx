import type { ReactNode } from 'react';
import styles from './Section.module.css';

/** A part of a tab under its own heading. */
export function Section({ title, about, children }: { title: string; about?: ReactNode; children?: ReactNode }) {
  return (
    <section className={styles.section}>
      <div>
        <h3 className={styles.title}>{title}</h3>
        {about && <p className={styles.about}>{about}</p>}
      </div>
      {children}
    </section>
  );
}
