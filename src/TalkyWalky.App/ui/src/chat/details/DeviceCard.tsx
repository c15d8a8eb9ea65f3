import type { ContactCard } from '../../api/types';
import { Fingerprint } from '../../parts/Fingerprint';
import { ago, shortDate, t } from '../../text';
import styles from './DeviceCard.module.css';

interface Props {
  device: ContactCard['devices'][number];
  number: number;
  name: string;
  organisation: string;
}

function statusOf({ status, checkedAt, revokedAt }: Props['device']): string {
  if (status === 'good' && checkedAt !== null) return t('details.good', { when: ago(checkedAt) });
  if (status === 'revoked' && revokedAt !== null) return t('details.revoked', { date: shortDate(revokedAt) });
  return t('details.unknown');
}

function letInOf({ letInBy, letInAt }: Props['device']): string | null {
  if (letInBy === 'device' && letInAt !== null) return t('details.letInByDevice', { date: shortDate(letInAt) });
  if (letInBy === 'administrator') return t('details.letInByAdministrator');
  return letInBy === 'first' ? t('details.letInFirst') : null;
}

export function DeviceCard({ device, number, name, organisation }: Props) {
  const letIn = letInOf(device);
  return (
    <li className={styles.device}>
      <h4>{t('details.device', { number })}</h4>
      <p>{t('details.certificate', { name, organisation, until: shortDate(device.notAfter) })}</p>
      <p>{statusOf(device)}</p>
      {letIn !== null && <p>{letIn}</p>}
      <dl>
        <dt>{t('details.serial')}</dt>
        <dd className={styles.serial}>{device.serial}</dd>
        <dt>{t('details.fingerprint')}</dt>
        <dd>
          <Fingerprint value={device.fingerprint} label={t('details.fingerprint')} />
        </dd>
      </dl>
    </li>
  );
}
