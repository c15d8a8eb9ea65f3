import styles from './Avatar.module.css';
import { classes } from './classes';
import { hueOf } from './hue';
import { initialsOf } from './initials';

interface Props {
  /** As shown. */
  name: string;
  /** What the colour follows: the username, or a room's id. Renaming keeps the colour. */
  of: string;
  size?: 's' | 'm' | 'l';
  room?: boolean;
}

/** A picture made of the initials. The name stands beside it, so it is not read. */
export function Avatar({ name, of, size = 'm', room }: Props) {
  return (
    <span className={classes(styles.avatar, styles[size], room && styles.room)} data-hue={hueOf(of)} aria-hidden="true">
      {room ? '#' : initialsOf(name)}
    </span>
  );
}
