import type { ReactNode } from 'react';
import { Logo } from '../parts/Logo';
import styles from './Page.module.css';

interface Props {
  title: string;
  about?: ReactNode;
  /** Above the title, for example where one is. */
  above?: ReactNode;
  children?: ReactNode;
}

/** A calm sheet in the middle: every screen outside of the chat. */
export function Page({ title, about, above, children }: Props) {
  return (
    <main className={styles.page}>
      <div className={styles.sheet}>
        <div className={styles.brand}>
          <Logo />
          {above}
        </div>
        <h1 className={styles.title}>{title}</h1>
        {about && <p className={styles.about}>{about}</p>}
        {children}
      </div>
    </main>
  );
}
