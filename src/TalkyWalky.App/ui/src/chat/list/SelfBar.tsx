import { ChevronDown, Keyboard, LogOut, MoonStar, Power, Settings, UserPlus } from 'lucide-react';
import type { Presence } from '../../api/types';
import { openDialog } from '../../dialogs/open';
import { ctrl } from '../../parts/keys';
import { Menu } from '../../parts/Menu';
import { setAway, useStore } from '../../store';
import { t } from '../../text';
import { shownName } from '../names';
import { Portrait } from '../Portrait';
import styles from './SelfBar.module.css';

export function SelfBar() {
  const username = useStore((state) => state.app?.self?.username ?? '');
  const name = useStore((state) => shownName(state.people.get(username), username));
  const organisation = useStore((state) => state.app?.self?.organisation ?? '');
  const connection = useStore((state) => (state.live ? state.app?.status?.connection : 'offline'));
  const away = useStore((state) => state.app?.status?.away ?? false);
  const presence: Presence = connection === 'online' ? (away ? 'away' : 'online') : 'offline';
  const line = connection === 'online' ? organisation : connection === 'connecting' ? t('self.connecting') : t('self.disconnected');
  const entries = [
    { label: t('self.away'), icon: <MoonStar />, checked: away, onSelect: () => void setAway(!away) },
    'line',
    { label: t('self.settings'), icon: <Settings />, shortcut: `${ctrl}+,`, onSelect: () => openDialog({ kind: 'settings' }) },
    { label: t('self.shortcuts'), icon: <Keyboard />, shortcut: '?', onSelect: () => openDialog({ kind: 'shortcuts' }) },
    { label: t('self.invite'), icon: <UserPlus />, onSelect: () => openDialog({ kind: 'joinLink' }) },
    'line',
    { label: t('self.logout'), icon: <LogOut />, onSelect: () => openDialog({ kind: 'logout' }) },
    { label: t('self.quit'), icon: <Power />, onSelect: () => openDialog({ kind: 'quit' }) },
  ] as const;
  return (
    <Menu entries={entries} align="start">
      <button type="button" className={styles.self}>
        <Portrait name={name} of={username} presence={presence} />
        <span className={styles.names}>
          <bdi className={styles.name}>{name}</bdi>
          <bdi className={styles.line}>{line}</bdi>
        </span>
        <span className="visually-hidden">{t('self.menu')}</span>
        <ChevronDown aria-hidden="true" />
      </button>
    </Menu>
  );
}
