import type { FormEvent, ReactNode } from 'react';
import { Note } from '../parts/Note';
import styles from './Form.module.css';

interface Props {
  error: string | null;
  onSubmit: () => void;
  children: ReactNode;
}

/** Fields above each other; Enter sends it; what went wrong stands above the button that was pressed. */
export function Form({ error, onSubmit, children }: Props) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form className={styles.form} noValidate onSubmit={submit}>
      {children}
      {error && (
        <div className={styles.error}>
          <Note kind="error">{error}</Note>
        </div>
      )}
    </form>
  );
}
