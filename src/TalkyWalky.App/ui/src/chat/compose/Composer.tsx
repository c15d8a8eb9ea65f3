import type { ConversationKey } from '../../api/types';
import { Button } from '../../parts/Button';
import { joinRoom, nameOfKey } from '../../store';
import { t } from '../../text';
import { useCanWrite, useConversationName, useRoom } from '../conversation';
import styles from './Composer.module.css';
import { Writer } from './Writer';

/** Where one writes; where one cannot, it says why and what to do. */
export function Composer({ id }: { id: ConversationKey }) {
  const room = useRoom(id);
  const name = useConversationName(id);
  if (useCanWrite(id)) return <Writer id={id} />;
  if (room?.closed) return <p className={styles.note}>{t('trouble.closed')}</p>;
  if (room?.own === 'invited') {
    return (
      <div className={styles.note}>
        <p>{t('trouble.invited', { name })}</p>
        <Button look="primary" onClick={() => void joinRoom(nameOfKey(id))}>
          {t('trouble.join')}
        </Button>
      </div>
    );
  }
  // Frozen: the bar above says why.
  return room ? null : <p className={styles.note}>{t('trouble.left')}</p>;
}
