import type { ConversationKey } from '../api/types';
import { isRoomKey, useStore } from '../store';
import { t } from '../text';
import { shownName } from './names';

/** "Bob is typing…"; `brief` leaves the name out where only one person can. */
export function useTypingText(key: ConversationKey, brief: boolean): string {
  // Joined: the same names give the same string, and nothing is drawn again.
  const names = useStore((state) =>
    (state.typing.get(key) ?? []).map((typist) => shownName(state.people.get(typist.from), typist.from)).join('\n'),
  );
  if (!names) return '';
  const [name = '', other, ...more] = names.split('\n');
  if (brief && !isRoomKey(key)) return t('typing.short');
  if (more.length > 0) return t('typing.many');
  return other ? t('typing.two', { name, other }) : t('typing.one', { name });
}
