import { DropdownMenu } from 'radix-ui';
import type { ReactElement } from 'react';
import styles from './Menu.module.css';
import { MenuItems, type MenuEntries } from './MenuItems';

interface Props {
  entries: MenuEntries;
  side?: 'top' | 'right' | 'bottom' | 'left';
  align?: 'start' | 'center' | 'end';
  /** The button that opens it. */
  children: ReactElement;
}

/** Not modal: Radix's lock of the page's scrolling needs a style element, which the page's policy refuses. */
export function Menu({ entries, side = 'bottom', align = 'end', children }: Props) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.menu} side={side} align={align} sideOffset={4} collisionPadding={8}>
          <MenuItems entries={entries} kit={DropdownMenu} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
