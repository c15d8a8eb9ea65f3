import { useState } from 'react';
import { api } from '../api/calls';
import { closeDialog, openDialog } from '../dialogs/open';
import { FormDialog } from '../parts/FormDialog';
import { useMounted } from '../parts/useMounted';
import { keepRoom, openConversation } from '../store';
import { t } from '../text';
import { RoomFields } from './RoomFields';

/** Then people are asked for: an empty room is of no use. */
export function CreateRoomDialog() {
  const [form, setForm] = useState({ name: '', topic: '', open: false });
  const isMounted = useMounted();
  const submit = async () => {
    const room = await api.createRoom({ ...form, name: form.name.trim(), topic: form.topic.trim() });
    keepRoom(room);
    if (!isMounted()) return;
    void openConversation(`room/${room.room}`);
    openDialog({ kind: 'addPeople', room: room.room });
    return false;
  };
  return (
    <FormDialog
      title={t('rooms.create.title')}
      about={t('rooms.create.about')}
      go={t('rooms.create.go')}
      disabled={form.name.trim() === ''}
      onSubmit={submit}
      onClose={closeDialog}
    >
      <RoomFields room={form} onChange={setForm} />
    </FormDialog>
  );
}
