import { memo, useState } from 'react';
import { t } from '../../text';
import { isEmojiOnly } from '../text/emoji-only';
import { excerpt } from '../text/excerpt';
import { render } from '../text/render';
import styles from './MessageBody.module.css';

interface Props {
  text: string;
  /** Usernames whose mention is marked, in lower case. */
  known: ReadonlySet<string>;
}

export const MessageBody = memo(function MessageBody({ text, known }: Props) {
  const [whole, setWhole] = useState(false);
  if (isEmojiOnly(text)) {
    return (
      <p className={styles.emoji} data-text>
        {text}
      </p>
    );
  }
  const part = excerpt(text);
  return (
    <>
      <div className={styles.body} dir="auto" data-text dangerouslySetInnerHTML={{ __html: render(part !== null && !whole ? part : text, known) }} />
      {part !== null && (
        <button type="button" className={styles.more} aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? t('message.showLess') : t('message.showAll')}
        </button>
      )}
    </>
  );
});
