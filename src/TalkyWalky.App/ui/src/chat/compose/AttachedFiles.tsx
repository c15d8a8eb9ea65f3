import { Paperclip, X } from 'lucide-react';
import type { ConversationKey } from '../../api/types';
import { detach, useStore } from '../../store';
import { fileSize, t } from '../../text';
import styles from './AttachedFiles.module.css';

/** What goes out with the next message. */
export function AttachedFiles({ id, onDetached }: { id: ConversationKey; onDetached: () => void }) {
  const attached = useStore((state) => state.attached.get(id));
  if (!attached) return null;
  return (
    <ul className={styles.files} aria-label={t('compose.attached')} aria-live="polite">
      {attached.map(({ id: file, name, content }) => (
        <li key={file} className={styles.file}>
          <Paperclip aria-hidden="true" />
          <bdi className={styles.name} title={name}>
            {name}
          </bdi>
          <span className={styles.size}>{fileSize(content.size)}</span>
          <button
            type="button"
            className={styles.detach}
            aria-label={t('compose.detach', { name })}
            title={t('compose.detach', { name })}
            onClick={() => {
              detach(id, file);
              onDetached();
            }}
          >
            <X aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}
