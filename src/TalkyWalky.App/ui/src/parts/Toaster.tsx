import { Info, TriangleAlert, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { t } from '../text';
import { classes } from './classes';
import { IconButton } from './IconButton';
import styles from './Toaster.module.css';

export interface ToastProps {
  id: number;
  kind: 'info' | 'error';
  text: string;
}

const shownFor = { info: 5000, error: 12_000 };

const icons = { info: <Info />, error: <TriangleAlert /> };

interface Props {
  toasts: readonly ToastProps[];
  onDismiss: (id: number) => void;
}

/** Announced politely. They go by themselves, but not under the pointer or the focus. */
export function Toaster({ toasts, onDismiss }: Props) {
  return (
    <div className={styles.toasts} role="status" aria-live="polite">
      {toasts.map((toast) => (
        <Toast key={toast.id} toast={toast} onDismiss={onDismiss} />
      ))}
    </div>
  );
}

function Toast({ toast, onDismiss }: { toast: ToastProps; onDismiss: (id: number) => void }) {
  const [held, setHeld] = useState(false);
  const { id, kind, text } = toast;
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => onDismiss(id), shownFor[kind]);
    return () => clearTimeout(timer);
  }, [held, id, kind, onDismiss]);
  return (
    <div
      className={classes(styles.toast, kind !== 'info' && styles.trouble)}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className={styles.icon}>{icons[kind]}</span>
      <p className={styles.text}>{text}</p>
      <IconButton small label={t('dismiss')} onClick={() => onDismiss(id)}>
        <X />
      </IconButton>
    </div>
  );
}
