import type { Person } from '../api/types';
import { shownName } from '../chat/names';
import { usePresence } from '../chat/presence';
import { Avatar } from '../parts/Avatar';
import { PresenceDot } from '../parts/PresenceDot';
import styles from './PersonLine.module.css';

/** A person in a list: picture, name, username, presence. */
export function PersonLine({ person }: { person: Person }) {
  const name = shownName(person, person.username);
  const presence = usePresence(person.username);
  return (
    <>
      <Avatar name={name} of={person.username} size="s" />
      <bdi className={styles.name}>{name}</bdi>
      <bdi className={styles.username}>{person.username}</bdi>
      <PresenceDot presence={presence} className={styles.presence} />
    </>
  );
}
