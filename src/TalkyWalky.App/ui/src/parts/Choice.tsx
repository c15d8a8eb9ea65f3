import { RadioGroup } from 'radix-ui';
import styles from './Choice.module.css';

interface Props<V extends string> {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: string }[];
}

/** One of a few, side by side. */
export function Choice<V extends string>({ label, value, onChange, options }: Props<V>) {
  return (
    <RadioGroup.Root className={styles.choice} aria-label={label} value={value} onValueChange={(next) => onChange(next as V)}>
      {options.map((option) => (
        <RadioGroup.Item key={option.value} value={option.value} className={styles.option}>
          {option.label}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
