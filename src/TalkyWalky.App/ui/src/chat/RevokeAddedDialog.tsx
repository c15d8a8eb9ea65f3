import { useRef } from 'react';
import { api } from '../api/calls';
import type { AddedDevice } from '../api/types';
import { closeDialog, openDialog } from '../dialogs/open';
import { Button } from '../parts/Button';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { Dialog } from '../parts/Dialog';
import { acknowledge, askDevices, attempt } from '../store';
import { t } from '../text';
import { quotedDevice } from './device';

/** Ends the access of a device that an alarm is about. */
export function RevokeAddedDialog({ alarm, added }: { alarm: number; added: AddedDevice }) {
  const device = quotedDevice(added);
  const isOut = useRef(false);
  const revoke = async () => {
    await api.revokeDevice(added.device);
    await acknowledge(alarm);
    isOut.current = true;
    void attempt(askDevices());
  };
  return (
    <ConfirmDialog
      title={t('alarm.revoke.title', { device })}
      confirm={t('alarm.revoke')}
      danger
      onConfirm={revoke}
      onClose={() => (isOut.current ? openDialog({ kind: 'changePassword', device }) : closeDialog())}
    >
      <p>{t('settings.device.revoke.about')}</p>
    </ConfirmDialog>
  );
}

/** Who came in with a device that was not one's own knows the password. */
export function ChangePasswordDialog({ device }: { device: string }) {
  return (
    <Dialog title={t('alarm.password.title')} size="s" onClose={closeDialog} footer={<Button look="primary" onClick={closeDialog}>{t('trouble.understood')}</Button>}>
      <p>{t('alarm.password.out', { device })}</p>
      <p>{t('alarm.password.how')}</p>
    </Dialog>
  );
}
