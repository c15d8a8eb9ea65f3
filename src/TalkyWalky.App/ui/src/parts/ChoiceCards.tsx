import { RadioGroup } from 'radix-ui';
import { useId, type ReactNode } from 'react';
import styles from './ChoiceCards.module.css';

interface Props<V extends string> {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: string; about: string; icon: ReactNode }[];
}

/** One of a few that need a sentence each. */
export function ChoiceCards<V extends string>({ label, value, onChange, options }: Props<V>) {
  const id = useId();
  return (
    <RadioGroup.Root className={styles.cards} aria-label={label} value={value} onValueChange={(next) => onChange(next as V)}>
      {options.map((option) => (
        <RadioGroup.Item key={option.value} value={option.value} className={styles.card} aria-labelledby={`${id}-${option.value}`} aria-describedby={`${id}-${option.value}-about`}>
          <span className={styles.icon}>{option.icon}</span>
          <span className={styles.words}>
            <span id={`${id}-${option.value}`} className={styles.label}>
              {option.label}
            </span>
            <span id={`${id}-${option.value}-about`} className={styles.about}>
              {option.about}
            </span>
          </span>
          <span className={styles.mark} />
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
