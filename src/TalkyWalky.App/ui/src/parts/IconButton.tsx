import type { ComponentProps } from 'react';
import { classes } from './classes';
import styles from './IconButton.module.css';
import { Tooltip } from './Tooltip';

interface Props extends ComponentProps<'button'> {
  /** Read by screen readers and shown as the tooltip. */
  label: string;
  shortcut?: string;
  small?: boolean;
  /** For toggles. */
  pressed?: boolean;
  side?: 'top' | 'right' | 'bottom' | 'left';
}

export function IconButton({ label, shortcut, small, pressed, side, className, type = 'button', ...rest }: Props) {
  return (
    <Tooltip label={label} shortcut={shortcut} side={side}>
      <button {...rest} type={type} aria-label={label} aria-pressed={pressed} className={classes(styles.button, small && styles.small, className)} />
    </Tooltip>
  );
}
