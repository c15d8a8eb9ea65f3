import { ChevronRight } from 'lucide-react';
import { Collapsible } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './Unfold.module.css';

/** Something that most people leave alone. */
export function Unfold({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Collapsible.Root className={styles.unfold}>
      <Collapsible.Trigger className={styles.trigger}>
        <ChevronRight />
        {title}
      </Collapsible.Trigger>
      <Collapsible.Content className={styles.content}>{children}</Collapsible.Content>
    </Collapsible.Root>
  );
}
