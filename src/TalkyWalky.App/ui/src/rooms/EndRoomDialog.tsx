import { api } from '../api/calls';
import { plainName } from '../chat/text/names';
import { closeDialog } from '../dialogs/open';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { keepRoom, leaveRoom, useStore } from '../store';
import { t } from '../text';

/** The end of a room: for oneself, by leaving it, or for everybody, by closing it. */
export function EndRoomDialog({ id, forEverybody }: { id: string; forEverybody: boolean }) {
  const room = useStore((store) => store.rooms.get(id));
  if (!room) return null;
  const name = plainName(room.name);
  return (
    <ConfirmDialog
      title={forEverybody ? t('rooms.end.title', { room: name }) : t('rooms.leave.title', { room: name })}
      confirm={forEverybody ? t('rooms.end') : t('rooms.leave')}
      danger
      onConfirm={() => (forEverybody ? api.closeRoom(id).then(keepRoom) : leaveRoom(id))}
      onClose={closeDialog}
    >
      <p>{forEverybody ? t('rooms.end.about') : room.open ? t('rooms.leave.open') : t('rooms.leave.closed')}</p>
    </ConfirmDialog>
  );
}
