import { Monitor } from 'lucide-react';
import { useState } from 'react';
import { api } from '../api/calls';
import type { Device } from '../api/types';
import { Button } from '../parts/Button';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { Fingerprint } from '../parts/Fingerprint';
import { t } from '../text';
import { deviceName, deviceWords } from './devices';
import styles from './DevicesTab.module.css';
import { NameDeviceDialog } from './NameDeviceDialog';

type Asking = 'approve' | 'reject' | 'revoke' | 'name' | null;

/** One device in human words, and what can be done about it. */
export function DeviceRow({ device, onChanged }: { device: Device; onChanged: () => Promise<void> }) {
  const [asking, setAsking] = useState<Asking>(null);
  const name = deviceName(device);
  const close = () => setAsking(null);
  const isHere = device.standing === 'active' || device.standing === 'asleep';
  return (
    <li className={styles.device} data-standing={device.standing}>
      <span className={styles.icon}>
        <Monitor aria-hidden="true" />
      </span>
      <div className={styles.about}>
        <p className={styles.name}>
          {name}
          {device.this && <span className={styles.this}>{t('settings.device.this')}</span>}
        </p>
        <p className={styles.words}>{deviceWords(device)}</p>
      </div>
      <div className={styles.buttons}>
        {device.standing === 'pending' && (
          <>
            <Button small look="primary" onClick={() => setAsking('approve')}>
              {t('settings.device.approve')}
            </Button>
            <Button small onClick={() => setAsking('reject')}>
              {t('settings.device.reject')}
            </Button>
          </>
        )}
        {isHere && (
          <>
            <Button small onClick={() => setAsking('name')}>
              {t('settings.device.rename')}
            </Button>
            <Button small onClick={() => setAsking('revoke')}>
              {t('settings.device.revoke')}
            </Button>
          </>
        )}
      </div>
      {asking === 'name' && <NameDeviceDialog device={device} onChanged={onChanged} onClose={close} />}
      {asking === 'approve' && (
        <ConfirmDialog
          title={t('settings.device.approve.title')}
          confirm={t('settings.device.approve.go')}
          onConfirm={() => api.approveDevice(device.device).then(onChanged)}
          onClose={close}
        >
          <p>{t('settings.device.approve.about')}</p>
          <Fingerprint value={device.keyFingerprint} label={t('settings.device.key')} />
        </ConfirmDialog>
      )}
      {asking === 'reject' && (
        <ConfirmDialog
          title={t('settings.device.reject.title')}
          confirm={t('settings.device.reject')}
          danger
          onConfirm={() => api.rejectDevice(device.device).then(onChanged)}
          onClose={close}
        >
          <p>{t('settings.device.reject.about')}</p>
        </ConfirmDialog>
      )}
      {asking === 'revoke' && (
        <ConfirmDialog
          title={t('settings.device.revoke.title', { name })}
          confirm={t('settings.device.revoke')}
          danger
          onConfirm={() => api.revokeDevice(device.device).then(onChanged)}
          onClose={close}
        >
          <p>{device.this ? t('settings.device.revoke.this') : t('settings.device.revoke.about')}</p>
        </ConfirmDialog>
      )}
    </li>
  );
}
