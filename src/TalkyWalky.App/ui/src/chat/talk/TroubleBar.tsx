import type { ConversationKey } from '../../api/types';
import { Button } from '../../parts/Button';
import { Bar } from '../../parts/Bar';
import { isRoomKey, nameOfKey, showPersonOf, useStore } from '../../store';
import { asSentence, t } from '../../text';
import { useRoom } from '../conversation';

/** One sentence, one action; nothing when all is well. The gravest speaks: while there is an alarm, that is the bar of AlarmBar. */
export function TroubleBar({ id }: { id: ConversationKey }) {
  const alarmed = useStore((state) => (state.app?.alarms.length ?? 0) > 0);
  const room = useRoom(id);
  const contact = useStore((state) => (isRoomKey(id) ? null : (state.contacts.get(nameOfKey(id))?.trouble ?? null)));
  if (alarmed) return null;
  if (room?.frozen) return <Bar grave>{t('trouble.frozen', { why: room.frozen })}</Bar>;
  if (!contact) return null;
  return (
    <Bar action={<Button small onClick={() => showPersonOf(nameOfKey(id))}>{t('head.details')}</Button>}>{asSentence(contact)}</Bar>
  );
}
