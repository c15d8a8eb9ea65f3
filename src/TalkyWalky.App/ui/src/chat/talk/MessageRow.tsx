import { memo } from 'react';
import type { Message } from '../../api/types';
import { Avatar } from '../../parts/Avatar';
import { classes } from '../../parts/classes';
import { hueOf } from '../../parts/hue';
import { keyOfMessage, sendAgain, showPersonOf, useStore } from '../../store';
import { day, fullTime, t, time, useLanguage } from '../../text';
import { authorName, differs } from '../names';
import { CopyButton } from './CopyButton';
import { FileCard } from './FileCard';
import { MessageBody } from './MessageBody';
import styles from './MessageRow.module.css';
import { StateMark } from './StateMark';

interface Props {
  message: Message;
  known: ReadonlySet<string>;
  head: boolean;
  newDay: boolean;
  unread: boolean;
  last: boolean;
}

/** One message, with what stands above it: the day, the line "New", a gap. */
export const MessageRow = memo(function MessageRow({ message, known, head, newDay, unread, last }: Props) {
  useLanguage();
  const person = useStore((state) => state.people.get(message.from));
  const name = authorName(message, person);
  const shown = message.mine ? t('message.you') : name;
  return (
    <div className={classes(styles.item, head && styles.spaced)}>
      {newDay && (
        <div className={styles.day}>
          <span>{day(message.sentAt)}</span>
        </div>
      )}
      {unread && (
        <div className={styles.unread} data-unread>
          <span>{t('history.new')}</span>
        </div>
      )}
      {message.gapBefore && <div className={styles.gap}>{t('history.gap')}</div>}
      <article
        className={classes(styles.message, message.mine && styles.mine, head && styles.first, message.state === 'failed' && styles.failed)}
        data-position={message.position}
        data-message={message.id}
      >
        <div className={styles.gutter}>
          {head ? (
            <button type="button" tabIndex={-1} aria-hidden="true" className={styles.picture} onClick={() => showPersonOf(message.from)}>
              <Avatar name={name} of={message.from} size="m" />
            </button>
          ) : null}
        </div>
        <div className={styles.content}>
          {head ? (
            <h2 className={styles.head}>
              <bdi className={styles.name} data-hue={hueOf(message.from)}>
                {shown}
              </bdi>
              {!message.mine && differs(name, message.from) && <bdi className={styles.username}>{message.from}</bdi>}
            </h2>
          ) : (
            <h2 className="visually-hidden">{shown}</h2>
          )}
          {message.file ? <FileCard message={message} file={message.file} /> : <MessageBody text={message.text} known={known} />}
          {message.state === 'failed' && <Failed message={message} />}
        </div>
        {!message.file && <CopyButton text={message.text} className={styles.copy} />}
        <div className={styles.meta}>
          <time dateTime={message.sentAt} title={fullTime(message.sentAt)} className={classes(styles.time, !head && styles.later)}>
            {time(message.sentAt)}
          </time>
          {message.state !== 'received' && <StateMark state={message.state} quiet={!last} />}
        </div>
      </article>
    </div>
  );
});

function Failed({ message }: { message: Message }) {
  return (
    <p className={styles.trouble}>
      <span>
        {t('state.failed')}
        {message.trouble ? `: ${message.trouble}` : '.'}
      </span>{' '}
      <button type="button" onClick={() => void sendAgain(keyOfMessage(message), message)}>
        {t('message.retry')}
      </button>
    </p>
  );
}
