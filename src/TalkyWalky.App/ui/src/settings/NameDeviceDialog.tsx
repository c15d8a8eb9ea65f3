import { useState } from 'react';
import { api } from '../api/calls';
import type { Device } from '../api/types';
import { FormDialog } from '../parts/FormDialog';
import { TextField } from '../parts/TextField';
import { t } from '../text';

interface Props {
  device: Device;
  onChanged: () => Promise<void>;
  onClose: () => void;
}

export function NameDeviceDialog({ device, onChanged, onClose }: Props) {
  const [name, setName] = useState(device.name ?? '');
  return (
    <FormDialog
      title={t('settings.device.rename.title')}
      size="s"
      go={t('save')}
      disabled={name.trim() === ''}
      onSubmit={() => api.nameDevice(device.device, name.trim()).then(onChanged)}
      onClose={onClose}
    >
      <TextField label={t('settings.device.name')} hint={t('settings.device.name.hint')} value={name} onChange={setName} maxLength={60} autoFocus />
    </FormDialog>
  );
}
