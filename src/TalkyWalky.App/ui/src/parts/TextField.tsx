import type { ComponentProps, ReactNode } from 'react';
import { classes } from './classes';
import { Field, type FieldProps } from './Field';
import styles from './TextField.module.css';

interface Props extends FieldProps, Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  value: string;
  onChange: (value: string) => void;
  /** Before the text, for example a magnifying glass. */
  icon?: ReactNode;
  /** After the text, for example a button. */
  after?: ReactNode;
}

export function TextField({ label, hint, error, optional, hideLabel, value, onChange, icon, after, className, ...rest }: Props) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional} hideLabel={hideLabel}>
      {(ids) => (
        <span className={classes(styles.box, className)}>
          {icon && <span className={styles.icon}>{icon}</span>}
          <input
            type="text"
            autoComplete="off"
            {...rest}
            {...ids}
            data-autofocus={rest.autoFocus ? '' : undefined}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className={styles.input}
          />
          {after}
        </span>
      )}
    </Field>
  );
}
