import { File } from 'lucide-react';
import { useState } from 'react';
import type { Message, SharedFile } from '../../api/types';
import { saveAs } from '../../files/saveAs';
import { Button } from '../../parts/Button';
import { askFile, attempt, keyOfMessage, showToast } from '../../store';
import { fileSize, t } from '../../text';
import { withoutOverrides } from '../text/names';
import styles from './FileCard.module.css';

/** A message that is a file. */
export function FileCard({ message, file }: { message: Message; file: SharedFile }) {
  const [busy, setBusy] = useState(false);
  // Whole: the end of a file's name tells what it is.
  const name = withoutOverrides(file.name);
  const save = async () => {
    setBusy(true);
    const outcome = await attempt(saveAs(file.name, null, () => askFile(keyOfMessage(message), message)));
    setBusy(false);
    if (outcome === 'saved') showToast('info', t('file.saved'));
    else if (outcome === 'unwritten') showToast('error', t('file.unwritten'));
  };
  return (
    <div className={styles.card} data-file>
      <File aria-hidden="true" />
      <p className={styles.what}>
        <bdi className={styles.name}>{name}</bdi> <span className={styles.size}>{fileSize(file.size)}</span>
      </p>
      {file.here ? (
        <Button small busy={busy} aria-label={t('file.save', { name })} onClick={() => void save()}>
          {t('save')}
        </Button>
      ) : (
        <p className={styles.missing}>{t('file.missing')}</p>
      )}
    </div>
  );
}
