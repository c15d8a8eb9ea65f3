import type { ConversationKey } from '../../api/types';
import { Avatar } from '../../parts/Avatar';
import { isRoomKey, nameOfKey } from '../../store';
import { t } from '../../text';
import { useConversationName } from '../conversation';
import styles from './Beginning.module.css';

/** Above the first message of a conversation. */
export function Beginning({ id }: { id: ConversationKey }) {
  const name = useConversationName(id);
  const isRoom = isRoomKey(id);
  return (
    <div className={styles.beginning}>
      <Avatar name={name} of={nameOfKey(id)} size="l" room={isRoom} />
      <p className={styles.title}>{isRoom ? t('history.beginRoom', { name }) : t('history.beginPerson', { name })}</p>
      <p className={styles.hint}>{t('history.beginHint')}</p>
    </div>
  );
}
