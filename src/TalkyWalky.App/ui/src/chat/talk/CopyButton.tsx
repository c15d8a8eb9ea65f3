import { Copy } from 'lucide-react';
import { classes } from '../../parts/classes';
import { copy } from '../../store';
import { t } from '../../text';
import styles from './CopyButton.module.css';

/** Copies a message as it was written, with its Markdown. One stands beside each message drawn, so it has the browser's own tooltip, which costs nothing. */
export function CopyButton({ text, className }: { text: string; className?: string }) {
  return (
    <button
      type="button"
      className={classes(styles.button, className)}
      title={t('message.copy')}
      aria-label={t('message.copy')}
      onClick={() => void copy(text, t('message.copied'))}
    >
      <Copy aria-hidden="true" />
    </button>
  );
}
