import { useCallback, useMemo, useState } from 'react';
import { api } from '../api/calls';
import type { Room } from '../api/types';
import { oneLine, plainName } from '../chat/text/names';
import { closeDialog, openDialog } from '../dialogs/open';
import { Avatar } from '../parts/Avatar';
import { Button } from '../parts/Button';
import { Dialog } from '../parts/Dialog';
import { fold, search } from '../parts/match';
import { SearchList } from '../parts/SearchList';
import { useAsked } from '../parts/useAsked';
import { Waiting } from '../parts/Waiting';
import { joinRoom, openConversation } from '../store';
import { t } from '../text';
import styles from './BrowseRoomsDialog.module.css';
import picker from './Picker.module.css';

/** Open rooms that one may enter, and those one is in or invited to. */
export function BrowseRoomsDialog() {
  const [rooms, setRooms] = useState<readonly Room[] | null>(null);
  const asked = useAsked(useCallback(async () => setRooms((await api.rooms(true)).filter((room) => !room.closed)), []));
  const all = useMemo(() => (rooms ?? []).map((room) => ({ room, keys: [room.name, room.topic].map(fold) })), [rooms]);
  const find = useCallback((query: string) => search(query, all).map((match) => match.room), [all]);
  const pick = (room: Room) => {
    closeDialog();
    void (isInside(room) ? openConversation(`room/${room.room}`) : joinRoom(room.room));
  };
  return (
    <Dialog
      title={t('rooms.browse.title')}
      onClose={closeDialog}
      footer={<Button onClick={() => openDialog({ kind: 'createRoom' })}>{t('rooms.create.title')}</Button>}
    >
      <Waiting asked={asked} />
      <div className={picker.picker}>
        <SearchList
          label={t('rooms.search')}
          find={find}
          keyOf={(room) => room.room}
          render={(room) => <RoomLine room={room} />}
          onPick={pick}
          empty={(query) => (rooms === null ? null : query === '' ? t('rooms.browse.none') : t('rooms.search.none'))}
          moreText={(count) => t('rooms.more', { count })}
        />
      </div>
    </Dialog>
  );
}

const isInside = (room: Room) => room.own !== 'none' && room.own !== 'invited';

function RoomLine({ room }: { room: Room }) {
  return (
    <>
      <Avatar name={room.name} of={room.room} room />
      <span className={styles.words}>
        <bdi className={styles.name}>{plainName(room.name)}</bdi>
        <span className={styles.about}>
          {t('rooms.members', { count: room.members })}
          {room.topic && <bdi>{` · ${oneLine(room.topic)}`}</bdi>}
        </span>
      </span>
      <span className={styles.act}>{isInside(room) ? t('rooms.show') : room.own === 'invited' ? t('rooms.accept') : t('rooms.join')}</span>
    </>
  );
}
