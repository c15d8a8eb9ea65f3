import { ShieldAlert, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './Bar.module.css';

interface Props {
  grave?: boolean;
  action?: ReactNode;
  children: ReactNode;
}

/** A sentence over the whole width, and what one can do about it. */
export function Bar({ grave, action, children }: Props) {
  return (
    <div className={grave ? styles.grave : styles.bar} role={grave ? 'alert' : 'status'}>
      {grave ? <ShieldAlert aria-hidden="true" /> : <TriangleAlert aria-hidden="true" />}
      <p>{children}</p>
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}
