import { Paperclip } from 'lucide-react';
import type { ConversationKey, Message } from '../../api/types';
import { isRoomKey, nameOfKey, useStore } from '../../store';
import { ago, t } from '../../text';
import { authorName } from '../names';
import { usePresence } from '../presence';
import { oneLine } from '../text/names';
import { useTypingText } from '../typing';
import styles from './SecondLine.module.css';

/** Who types, else a draft, else the last message, else what is known of the person. */
export function SecondLine({ id }: { id: ConversationKey }) {
  const typing = useTypingText(id, true);
  const draft = useStore((state) => (state.open === id ? undefined : state.drafts.get(id)));
  const last = useStore((state) => state.conversations.get(id)?.last ?? null);
  const invited = useStore((state) => isRoomKey(id) && state.rooms.get(nameOfKey(id))?.own === 'invited');
  if (typing) return <span className={styles.line}>{typing}</span>;
  if (draft?.trim()) {
    return (
      <span className={styles.line}>
        <span className={styles.draft}>{t('list.draft')}</span> <bdi>{oneLine(draft)}</bdi>
      </span>
    );
  }
  if (invited) return <span className={styles.line}>{t('list.invited')}</span>;
  return last ? <Last message={last} /> : <Known id={id} />;
}

function Last({ message }: { message: Message }) {
  const person = useStore((state) => state.people.get(message.from));
  const author = message.mine ? t('list.you') : message.isRoom ? `${authorName(message, person)}:` : null;
  return (
    <span className={styles.line}>
      {author && <bdi>{author} </bdi>}
      {message.file && <Paperclip className={styles.sign} role="img" aria-label={t('list.file')} />}
      <bdi>{oneLine(message.text)}</bdi>
    </span>
  );
}

function Known({ id }: { id: ConversationKey }) {
  const name = nameOfKey(id);
  const person = useStore((state) => (isRoomKey(id) ? undefined : state.people.get(name)));
  const presence = usePresence(isRoomKey(id) ? undefined : name);
  const topic = useStore((state) => (isRoomKey(id) ? state.rooms.get(name)?.topic : undefined));
  if (!person) return <bdi className={styles.line}>{oneLine(topic ?? '') || t('list.noMessages')}</bdi>;
  if (presence === 'online') return <span className={styles.line}>{t('presence.online')}</span>;
  if (presence === 'away') return <span className={styles.line}>{t('presence.away')}</span>;
  return <bdi className={styles.line}>{person.lastSeen ? ago(person.lastSeen) : person.username}</bdi>;
}
