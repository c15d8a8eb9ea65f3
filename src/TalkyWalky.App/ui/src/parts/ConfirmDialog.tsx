import { AlertDialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { t } from '../text';
import { Button } from './Button';
import { classes } from './classes';
import styles from './ConfirmDialog.module.css';
import dialog from './Dialog.module.css';
import { useMounted } from './useMounted';
import { useSending } from './useSending';

interface Props {
  title: string;
  /** What happens, and what does not. */
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  /** Closes when it is done; a failure is shown in place. */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

export function ConfirmDialog({ title, children, confirm, danger, onConfirm, onClose }: Props) {
  const { busy, error, run } = useSending();
  const isMounted = useMounted();
  const go = () =>
    run(async () => {
      await onConfirm();
      // One that was closed meanwhile closes nothing that lies there instead.
      if (isMounted()) onClose();
    });
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <AlertDialog.Portal>
        <div className={dialog.veil}>
          <AlertDialog.Content className={classes(dialog.dialog, dialog.s, styles.content)} aria-modal="true">
            <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
            <AlertDialog.Description asChild>
              <div className={styles.text}>{children}</div>
            </AlertDialog.Description>
            {error && (
              <p className={styles.error} role="alert">
                {error}
              </p>
            )}
            <div className={styles.buttons}>
              <AlertDialog.Cancel asChild>
                <Button>{t('cancel')}</Button>
              </AlertDialog.Cancel>
              <Button look={danger ? 'danger' : 'primary'} busy={busy} onClick={() => void go()}>
                {confirm}
              </Button>
            </div>
          </AlertDialog.Content>
        </div>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
