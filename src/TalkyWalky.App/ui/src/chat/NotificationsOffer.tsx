import { Bell } from 'lucide-react';
import { Button } from '../parts/Button';
import { change, changeSettings, useStore } from '../store';
import { t } from '../text';
import styles from './NotificationsOffer.module.css';

/** Asks once, after a message that nobody saw; the browser asks only who said yes. */
export function NotificationsOffer() {
  const isShown = useStore((state) => state.offer === 'shown' && state.settings?.notifications === true);
  if (!isShown) return null;
  const allow = async () => {
    await Notification.requestPermission();
    change({ offer: 'answered' });
  };
  const refuse = () => {
    change({ offer: 'answered' });
    void changeSettings({ notifications: false });
  };
  return (
    <div className={styles.offer} role="status">
      <Bell aria-hidden="true" />
      <p>{t('notify.offer')}</p>
      <span className={styles.buttons}>
        <Button small look="primary" onClick={() => void allow()}>
          {t('notify.allow')}
        </Button>
        <Button small onClick={refuse}>
          {t('notify.refuse')}
        </Button>
      </span>
    </div>
  );
}
