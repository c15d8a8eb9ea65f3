import { useState } from 'react';
import { api } from '../api/calls';
import type { Room } from '../api/types';
import { can } from '../chat/ranks';
import { closeDialog, openDialog } from '../dialogs/open';
import { Button } from '../parts/Button';
import { FormDialog } from '../parts/FormDialog';
import { keepRoom, useStore } from '../store';
import { t } from '../text';
import { RoomFields, type RoomForm } from './RoomFields';
import styles from './RoomSettingsDialog.module.css';

export function RoomSettingsDialog({ id }: { id: string }) {
  const room = useStore((store) => store.rooms.get(id));
  return room ? <Form room={room} /> : null;
}

function Form({ room }: { room: Room }) {
  // As it was when the dialog opened: what somebody else changes meanwhile stays as they made it.
  const [before] = useState(room);
  const [form, setForm] = useState<RoomForm>(before);
  const change = changeOf(before, form);
  const submit = async () => keepRoom(await api.changeRoom(room.room, change));
  const same = Object.keys(change).length === 0;
  return (
    <FormDialog title={t('rooms.settings.title')} go={t('save')} disabled={same || form.name.trim() === ''} onSubmit={submit} onClose={closeDialog}>
      <RoomFields room={form} access={can.setAccess(room)} onChange={setForm} />
      {can.close(room) && (
        <div className={styles.end}>
          <p className={styles.about}>{t('rooms.end.hint')}</p>
          <Button onClick={() => openDialog({ kind: 'closeRoom', room: room.room })}>{t('rooms.end')}</Button>
        </div>
      )}
    </FormDialog>
  );
}

/** What differs from the room as it was. */
export function changeOf(before: RoomForm, { name, topic, open }: RoomForm): Partial<RoomForm> {
  return {
    ...(name.trim() === before.name ? {} : { name: name.trim() }),
    ...(topic.trim() === before.topic ? {} : { topic: topic.trim() }),
    ...(open === before.open ? {} : { open }),
  };
}
