import type { ComponentProps } from 'react';
import styles from './Button.module.css';
import { classes } from './classes';
import { Spinner } from './Spinner';

interface Props extends ComponentProps<'button'> {
  look?: 'primary' | 'plain' | 'quiet' | 'danger';
  small?: boolean;
  /** Works on it: cannot be pressed again, keeps the focus. */
  busy?: boolean;
}

export function Button({ look = 'plain', small, busy, className, children, type = 'button', onClick, ...rest }: Props) {
  return (
    <button
      {...rest}
      type={busy ? 'button' : type}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? undefined : onClick}
      className={classes(styles.button, styles[look], small && styles.small, className)}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}
