import type { Presence } from '../api/types';
import { Avatar } from '../parts/Avatar';
import { classes } from '../parts/classes';
import { PresenceDot } from '../parts/PresenceDot';
import styles from './Portrait.module.css';

interface Props {
  name: string;
  /** Username, or a room's id. */
  of: string;
  size?: 's' | 'm';
  room?: boolean;
  presence?: Presence | undefined;
}

/** An avatar with the presence at its corner; the place cut out for it has the colour --ground of what lies behind. */
export function Portrait({ name, of, size = 'm', room = false, presence }: Props) {
  return (
    <span className={styles.portrait}>
      <Avatar name={name} of={of} size={size} room={room} />
      {presence && presence !== 'unknown' && (
        <span className={classes(styles.cut, size === 's' && styles.small)}>
          <PresenceDot presence={presence} />
        </span>
      )}
    </span>
  );
}
