import { Paperclip, X } from 'lucide-react';
import type { ConversationKey } from '../../api/types';
import { detach, useStore } from '../../store';
import { fileSize, t } from '../../text';
import styles from './AttachedFiles.module.css';

/** What goes out with the next message. */
export function AttachedFiles({ id, onDetached }: { id: ConversationKey; onDetached: () => void }) {
  const attached = useStore((state) => state.attached.get(id));
  return (
    <div aria-live="polite">
      {attached && (
        <ul className={styles.files} aria-label={t('compose.attached')}>
          {attached.map((file) => (
            <li key={file.id} className={styles.file}>
              <Paperclip aria-hidden="true" />
              <bdi className={styles.name} title={file.name}>
                {file.name}
              </bdi>
              <span className={styles.size}>{fileSize(file.content.size)}</span>
              <DetachButton
                name={file.name}
                onClick={() => {
                  detach(id, file.id);
                  onDetached();
                }}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function DetachButton({ name, onClick }: { name: string; onClick: () => void }) {
  const label = t('compose.detach', { name });
  return (
    <button type="button" className={styles.detach} aria-label={label} title={label} onClick={onClick}>
      <X aria-hidden="true" />
    </button>
  );
}
