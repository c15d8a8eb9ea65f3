import { useState } from 'react';
import type { Settings } from '../api/types';
import { Button } from '../parts/Button';
import { Note } from '../parts/Note';
import { Switch } from '../parts/Switch';
import { changeSettings } from '../store';
import { t } from '../text';
import { Section } from './Section';

type Permission = NotificationPermission | 'missing';

const permission = (): Permission => ('Notification' in window ? Notification.permission : 'missing');

export function NotificationsTab({ settings }: { settings: Settings }) {
  const [allowed, setAllowed] = useState(permission);
  const on = settings.notifications && allowed === 'granted';
  const turn = async (wanted: boolean) => {
    if (wanted && allowed === 'default') {
      const answer = await Notification.requestPermission();
      setAllowed(answer);
      if (answer !== 'granted') return;
    }
    await changeSettings({ notifications: wanted });
  };
  return (
    <Section title={t('settings.notifications')} about={t('settings.notifications.about')}>
      <Switch
        label={t('settings.notifications.show')}
        hint={t('settings.notifications.content')}
        checked={on}
        disabled={allowed === 'denied' || allowed === 'missing'}
        onChange={(wanted) => void turn(wanted)}
      />
      {allowed === 'denied' && <Note kind="warn">{t('settings.notifications.denied')}</Note>}
      {allowed === 'missing' && <Note kind="warn">{t('settings.notifications.missing')}</Note>}
      <div>
        <Button disabled={!on} onClick={() => void new Notification(t('app.name'), { body: t('settings.notifications.sample'), tag: 'test' })}>
          {t('settings.notifications.test')}
        </Button>
      </div>
    </Section>
  );
}
