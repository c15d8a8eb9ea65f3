import { Check } from 'lucide-react';
import type { DropdownMenu } from 'radix-ui';
import type { ComponentType, ReactNode } from 'react';
import { classes } from './classes';
import styles from './Menu.module.css';

export interface MenuItem {
  label: string;
  icon?: ReactNode;
  shortcut?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Makes it one that is ticked or not. */
  checked?: boolean;
  onSelect: () => void;
}

/** Items, and 'line' between groups of them. */
export type MenuEntries = readonly (MenuItem | 'line')[];

interface Kit {
  Item: ComponentType<DropdownMenu.DropdownMenuItemProps>;
  CheckboxItem: ComponentType<DropdownMenu.DropdownMenuCheckboxItemProps>;
  Separator: ComponentType<DropdownMenu.DropdownMenuSeparatorProps>;
}

/**
 * Radix also chooses the item that the pointer is let go over. That is another than the pressed one when the page moved meanwhile: the line
 * about the connection is as high as an item. A click needs both on one item.
 */
const chooseByClickOnly = (event: React.PointerEvent) => event.preventDefault();

/** The same rows for a menu of a button and one of the right mouse button. */
export function MenuItems({ entries, kit }: { entries: MenuEntries; kit: Kit }) {
  return entries.map((entry, at) => {
    if (entry === 'line') return <kit.Separator key={`line-${at}`} className={styles.line} />;
    const row = {
      disabled: entry.disabled ?? false,
      onSelect: entry.onSelect,
      onPointerUp: chooseByClickOnly,
      className: classes(styles.item, entry.danger && styles.danger),
    };
    const content = (
      <>
        <span className={styles.icon}>{entry.checked ? <Check /> : entry.icon}</span>
        <span className={styles.label}>{entry.label}</span>
        {entry.shortcut && <kbd className={styles.shortcut}>{entry.shortcut}</kbd>}
      </>
    );
    return entry.checked === undefined ? (
      <kit.Item key={entry.label} {...row}>
        {content}
      </kit.Item>
    ) : (
      <kit.CheckboxItem key={entry.label} {...row} checked={entry.checked}>
        {content}
      </kit.CheckboxItem>
    );
  });
}
