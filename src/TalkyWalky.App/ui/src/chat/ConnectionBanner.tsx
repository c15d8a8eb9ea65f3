import { LoaderCircle, TriangleAlert, WifiOff } from 'lucide-react';
import { useStore } from '../store';
import { asSentence, t } from '../text';
import styles from './ConnectionBanner.module.css';

/** Only when something is wrong; connecting speaks after a moment. */
export function ConnectionBanner() {
  const live = useStore((state) => state.live);
  const status = useStore((state) => state.app?.status ?? null);
  if (!live) return <Banner kind="offline">{t('unreachable')}</Banner>;
  if (!status || status.connection === 'online') return null;
  if (status.connection === 'connecting' && status.outbox === 0) return <Banner kind="connecting">{t('connection.connecting')}</Banner>;
  if (status.connection === 'refused') return <Banner kind="refused">{status.trouble ? asSentence(status.trouble) : t('connection.offline')}</Banner>;
  return <Banner kind="offline">{status.outbox > 0 ? t('connection.kept', { count: status.outbox }) : t('connection.offline')}</Banner>;
}

const icons = { connecting: <LoaderCircle aria-hidden="true" />, offline: <WifiOff aria-hidden="true" />, refused: <TriangleAlert aria-hidden="true" /> };

function Banner({ kind, children }: { kind: keyof typeof icons; children: string }) {
  return (
    <div className={`${styles.banner} ${styles[kind]}`} role="status">
      {icons[kind]}
      <p>{children}</p>
    </div>
  );
}
