import { Slider as Radix } from 'radix-ui';
import { useId } from 'react';
import styles from './Slider.module.css';

interface Props {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  /** The value as people say it. */
  valueText: string;
  onChange: (value: number) => void;
  /** When the hand lets go. */
  onCommit?: (value: number) => void;
}

export function Slider({ label, value, min, max, step = 1, valueText, onChange, onCommit }: Props) {
  const id = useId();
  return (
    <div className={styles.slider}>
      <div className={styles.head}>
        <span id={id} className={styles.label}>
          {label}
        </span>
        <output className={styles.value}>{valueText}</output>
      </div>
      <Radix.Root
        className={styles.root}
        value={[value]}
        min={min}
        max={max}
        step={step}
        onValueChange={([next]) => next !== undefined && onChange(next)}
        onValueCommit={([next]) => next !== undefined && onCommit?.(next)}
      >
        <Radix.Track className={styles.track}>
          <Radix.Range className={styles.range} />
        </Radix.Track>
        <Radix.Thumb className={styles.thumb} aria-labelledby={id} aria-valuetext={valueText} />
      </Radix.Root>
    </div>
  );
}
