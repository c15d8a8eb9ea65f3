import { Globe, Lock } from 'lucide-react';
import { ChoiceCards } from '../parts/ChoiceCards';
import { TextField } from '../parts/TextField';
import { t } from '../text';

export interface RoomForm {
  name: string;
  topic: string;
  open: boolean;
}

interface Props {
  room: RoomForm;
  /** Who may come in can be chosen. */
  access?: boolean;
  onChange: (room: RoomForm) => void;
}

/** What a room is: the same when it is made and when it is changed. */
export function RoomFields({ room, access = true, onChange }: Props) {
  return (
    <>
      <TextField label={t('rooms.name')} value={room.name} onChange={(name) => onChange({ ...room, name })} maxLength={80} autoFocus />
      <TextField
        label={t('rooms.topic')}
        optional
        hint={t('rooms.topic.hint')}
        value={room.topic}
        onChange={(topic) => onChange({ ...room, topic })}
        maxLength={500}
      />
      {access && (
        <ChoiceCards
          label={t('rooms.access')}
          value={room.open ? 'open' : 'closed'}
          onChange={(chosen) => onChange({ ...room, open: chosen === 'open' })}
          options={[
            { value: 'closed', label: t('rooms.closed'), about: t('rooms.closed.about'), icon: <Lock /> },
            { value: 'open', label: t('rooms.open'), about: t('rooms.open.about'), icon: <Globe /> },
          ]}
        />
      )}
    </>
  );
}
