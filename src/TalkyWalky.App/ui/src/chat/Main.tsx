import { Compass, MessagesSquare, SquarePen, UserPlus } from 'lucide-react';
import { openDialog } from '../dialogs/open';
import { Button } from '../parts/Button';
import { classes } from '../parts/classes';
import { EmptyState } from '../parts/EmptyState';
import { ctrl } from '../parts/keys';
import { loadAll, useStore } from '../store';
import { t, useLanguage } from '../text';
import { AlarmBar } from './AlarmBar';
import { ConnectionBanner } from './ConnectionBanner';
import { Details } from './details/Details';
import { Sidebar } from './list/Sidebar';
import styles from './Main.module.css';
import { Conversation } from './talk/Conversation';
import { NotificationsOffer } from './NotificationsOffer';
import { narrowWidth, useIsNarrow } from './useIsNarrow';
import { useShortcuts } from './useShortcuts';
import { useStrayDrops } from './useStrayDrops';

/** The main screen: conversations, the one that is open, and its details. */
export function Main() {
  useLanguage();
  useShortcuts();
  useStrayDrops();
  const open = useStore((state) => state.open);
  const pane = useStore((state) => state.pane);
  const loaded = useStore((state) => state.loaded);
  const trouble = useStore((state) => state.loadTrouble);
  const width = useStore((state) => state.settings?.sidebarWidth ?? 264);
  const over = useIsNarrow(narrowWidth.details);
  const detailsShown = useStore((state) => (over ? state.detailsOver : (state.settings?.detailsOpen ?? false)));
  if (!loaded && trouble !== null) {
    return (
      <EmptyState title={t('list.failed')} actions={<Button onClick={() => void loadAll()}>{t('tryAgain')}</Button>}>
        {trouble}
      </EmptyState>
    );
  }
  return (
    <div className={styles.main}>
      <ConnectionBanner />
      <AlarmBar />
      <NotificationsOffer />
      <div className={classes(styles.panes, pane === 'list' ? styles.showList : styles.showConversation)}>
        <div className={styles.side} style={{ '--side': `${width}px` } as React.CSSProperties}>
          <Sidebar />
        </div>
        <main className={styles.middle} aria-label={t('main.conversation')}>
          {open ? <Conversation key={open} id={open} /> : loaded && <Welcome />}
          {open && detailsShown && over && <Details id={open} over />}
        </main>
        {open && detailsShown && !over && <Details id={open} over={false} />}
      </div>
    </div>
  );
}

function Welcome() {
  const isAlone = useStore((state) => state.people.size <= 1 && state.conversations.size === 0);
  if (isAlone) {
    return (
      <EmptyState
        icon={<UserPlus />}
        title={t('welcome.aloneTitle')}
        actions={
          <>
            <Button look="primary" onClick={() => openDialog({ kind: 'joinLink' })}>
              {t('self.invite')}
            </Button>
            <Button onClick={() => openDialog({ kind: 'createRoom' })}>{t('list.newRoom')}</Button>
          </>
        }
      >
        {t('welcome.aloneText')}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<MessagesSquare />}
      title={t('welcome.title')}
      actions={
        <>
          <Button look="primary" onClick={() => openDialog({ kind: 'newMessage' })}>
            <SquarePen aria-hidden="true" />
            {t('list.newMessage')}
          </Button>
          <Button onClick={() => openDialog({ kind: 'browseRooms' })}>
            <Compass aria-hidden="true" />
            {t('list.browse')}
          </Button>
        </>
      }
    >
      {t('welcome.text', { key: `${ctrl}+K` })}
    </EmptyState>
  );
}
