import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './Tabs.module.css';

export interface Tab<K extends string> {
  key: K;
  label: string;
  icon?: ReactNode;
  content: ReactNode;
}

interface Props<K extends string> {
  label: string;
  tabs: readonly Tab<K>[];
  value: K;
  onChange: (key: K) => void;
}

/** Tabs at the left, above the content where the window is narrow. */
export function Tabs<K extends string>({ label, tabs, value, onChange }: Props<K>) {
  return (
    <Radix.Root className={styles.tabs} orientation="vertical" value={value} onValueChange={(key) => onChange(key as K)}>
      <Radix.List className={styles.list} aria-label={label}>
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.key} value={tab.key} className={styles.tab}>
            {tab.icon}
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.key} value={tab.key} className={styles.content}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
