import type { ConversationKey } from '../../api/types';
import { useTypingText } from '../typing';
import styles from './TypingLine.module.css';

/** Its place is kept free, so that nothing moves when someone types. */
export function TypingLine({ id }: { id: ConversationKey }) {
  const text = useTypingText(id, false);
  return (
    <p className={styles.typing}>
      {text && (
        <>
          <span className={styles.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <bdi>{text}</bdi>
        </>
      )}
    </p>
  );
}
