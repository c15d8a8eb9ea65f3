import { useAsked } from '../parts/useAsked';
import { Waiting } from '../parts/Waiting';
import { askDevices, attempt, useStore } from '../store';
import { t } from '../text';
import { DeviceRow } from './DeviceRow';
import { inOrder } from './devices';
import styles from './DevicesTab.module.css';
import { Section } from './Section';

export function DevicesTab() {
  const devices = useStore((store) => store.devices);
  const asked = useAsked(askDevices);
  return (
    <Section title={t('settings.devices.title')} about={t('settings.devices.about')}>
      {(devices.length === 0 || asked.trouble) && <Waiting asked={asked} />}
      {devices.length > 0 && (
        <ul className={styles.list}>
          {inOrder(devices).map((device) => (
            <DeviceRow key={device.device} device={device} onChanged={reload} />
          ))}
        </ul>
      )}
    </Section>
  );
}

async function reload(): Promise<void> {
  await attempt(askDevices());
}
