import type { ConversationKey } from '../../api/types';
import { Button } from '../../parts/Button';
import { isRoomKey, joinRoom, nameOfKey, useStore } from '../../store';
import { t } from '../../text';
import { useConversationName, useRoom } from '../conversation';
import { can } from '../ranks';
import styles from './Composer.module.css';
import { Writer } from './Writer';

/** Where one writes; where one cannot, it says why and what to do. */
export function Composer({ id }: { id: ConversationKey }) {
  const room = useRoom(id);
  const loaded = useStore((state) => state.loaded);
  const name = useConversationName(id);
  if (!isRoomKey(id) || !loaded || (room && can.write(room) && !room.frozen)) return <Writer id={id} />;
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
