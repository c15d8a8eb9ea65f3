import { Field, type FieldProps } from './Field';
import styles from './Select.module.css';

interface Props<V extends string> extends FieldProps {
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: string }[];
}

/** The browser's own: it works by keyboard and on small screens, and needs no style of its own at run time. */
export function Select<V extends string>({ label, hint, error, hideLabel, value, onChange, options }: Props<V>) {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel}>
      {(ids) => (
        <select {...ids} className={styles.select} value={value} onChange={(event) => onChange(event.target.value as V)}>
          {options.map((option) => (
            <option key={option.value} value={option.value} className={styles.option}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
