import { Lock } from 'lucide-react';
import { Popover } from 'radix-ui';
import { t } from '../../text';
import styles from './EncryptedMark.module.css';

/** Says what the app is for to whom it interests, and to nobody else. */
export function EncryptedMark() {
  return (
    <Popover.Root>
      <Popover.Trigger className={styles.mark}>
        <Lock aria-hidden="true" />
        {t('list.encrypted')}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className={styles.why} side="top" align="start" sideOffset={4} collisionPadding={8}>
          {t('list.encryptedWhy')}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
