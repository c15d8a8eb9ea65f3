import { Bell, BellOff, Cable, Download, EllipsisVertical, Eraser, LogOut, Settings2, UserPlus, X } from 'lucide-react';
import type { ConversationKey } from '../../api/types';
import { openDialog } from '../../dialogs/open';
import { IconButton } from '../../parts/IconButton';
import { Menu } from '../../parts/Menu';
import type { MenuEntries } from '../../parts/MenuItems';
import { closeConversation, mute, useStore } from '../../store';
import { t } from '../../text';
import { useRoom } from '../conversation';
import { can } from '../ranks';

export function ConversationMenu({ id }: { id: ConversationKey }) {
  const muted = useStore((state) => state.conversations.get(id)?.muted ?? false);
  const room = useRoom(id);
  const ofRoom: MenuEntries = room
    ? [
        ...(can.addPeople(room)
          ? [{ label: t('head.addPeople'), icon: <UserPlus />, onSelect: () => openDialog({ kind: 'addPeople', room: room.room }) }]
          : []),
        ...(can.change(room)
          ? [{ label: t('head.roomSettings'), icon: <Settings2 />, onSelect: () => openDialog({ kind: 'roomSettings', room: room.room }) }]
          : []),
      ]
    : [];
  const entries: MenuEntries = [
    ...ofRoom,
    {
      label: muted ? t('head.unmute') : t('head.mute'),
      icon: muted ? <Bell /> : <BellOff />,
      onSelect: () => void mute(id, !muted),
    },
    ...(id.startsWith('person/')
      ? [{ label: t('head.direct'), icon: <Cable />, onSelect: () => openDialog({ kind: 'direct', username: id.slice('person/'.length) }) }]
      : []),
    { label: t('head.saveLog'), icon: <Download />, onSelect: () => openDialog({ kind: 'saveLog', conversation: id }) },
    { label: t('head.close'), icon: <X />, onSelect: () => void closeConversation(id) },
    'line',
    { label: t('head.clearHistory'), icon: <Eraser />, danger: true, onSelect: () => openDialog({ kind: 'clearHistory', conversation: id }) },
    ...(room && can.write(room)
      ? [{ label: t('head.leave'), icon: <LogOut />, danger: true, onSelect: () => openDialog({ kind: 'leaveRoom', room: room.room }) }]
      : []),
  ];
  return (
    <Menu entries={entries}>
      <IconButton label={t('head.menu')} side="bottom">
        <EllipsisVertical />
      </IconButton>
    </Menu>
  );
}
