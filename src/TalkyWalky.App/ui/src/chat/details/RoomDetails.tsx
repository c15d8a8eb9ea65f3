import { Globe, Lock, LogOut, Settings2, UserPlus } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { Virtuoso } from 'react-virtuoso';
import type { Member, Room } from '../../api/types';
import { openDialog } from '../../dialogs/open';
import { Avatar } from '../../parts/Avatar';
import { Button } from '../../parts/Button';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { useAsked, type Asked } from '../../parts/useAsked';
import { Waiting } from '../../parts/Waiting';
import { askMembers, removeMember, useStore } from '../../store';
import { t } from '../../text';
import { shownName } from '../names';
import { byRank, can } from '../ranks';
import { plainName, withoutOverrides } from '../text/names';
import { MemberRow } from './MemberRow';
import styles from './RoomDetails.module.css';

const noMembers: readonly Member[] = [];

interface Context {
  room: Room;
  asked: Asked;
  onRemove: (member: Member) => void;
}

const parts = {
  Header: ({ context }: { context?: Context }) => (context ? <Head room={context.room} /> : null),
  EmptyPlaceholder: ({ context }: { context?: Context }) => (context ? <Missing asked={context.asked} /> : null),
  Footer: () => <div className={styles.end} />,
};

/** One list from the top to the last of a thousand members. */
export function RoomDetails({ room: id }: { room: string }) {
  const room = useStore((state) => state.rooms.get(id));
  return room ? <Members room={room} /> : null;
}

function Members({ room }: { room: Room }) {
  const { room: id, epoch } = room;
  const members = useStore((state) => state.members.get(id)?.list ?? noMembers);
  const people = useStore((state) => state.people);
  const [removing, setRemoving] = useState<Member | null>(null);
  const asked = useAsked(
    useCallback(() => askMembers(id), [id]),
    epoch,
  );
  const sorted = useMemo(() => {
    const named = members.map((member) => ({ member, name: shownName(people.get(member.username), member.username) }));
    return named.sort((a, b) => byRank(a.member, b.member) || a.name.localeCompare(b.name)).map(({ member }) => member);
  }, [members, people]);
  const context = useMemo(() => ({ room, asked, onRemove: setRemoving }), [room, asked]);
  const removed = removing && shownName(people.get(removing.username), removing.username);
  return (
    <>
      <Virtuoso
        className={styles.list}
        data={sorted}
        context={context}
        components={parts}
        computeItemKey={(_, member) => member.user}
        itemContent={(_, member, { room: of, onRemove }) => <MemberRow room={of} member={member} onRemove={onRemove} />}
        increaseViewportBy={200}
      />
      {removing && removed && (
        <ConfirmDialog
          danger
          title={t('details.removeTitle', { name: removed })}
          confirm={t('details.remove')}
          onConfirm={() => removeMember(id, removing.username)}
          onClose={() => setRemoving(null)}
        >
          {t('details.removeText', { name: removed })}
        </ConfirmDialog>
      )}
    </>
  );
}

function Missing({ asked }: { asked: Asked }) {
  return (
    <div className={styles.missing}>
      <Waiting asked={asked} />
    </div>
  );
}

function Head({ room }: { room: Room }) {
  return (
    <div className={styles.head}>
      <div className={styles.title}>
        <Avatar name={room.name} of={room.room} size="l" room />
        <h3>
          <bdi>{plainName(room.name)}</bdi>
        </h3>
      </div>
      <p className={styles.topic} dir="auto">
        {withoutOverrides(room.topic) || t('details.noTopic')}
      </p>
      <p className={styles.access}>
        {room.open ? <Globe aria-hidden="true" /> : <Lock aria-hidden="true" />}
        {room.open ? t('details.open') : t('details.byInvitation')}
      </p>
      <div className={styles.actions}>
        {can.addPeople(room) && (
          <Button small onClick={() => openDialog({ kind: 'addPeople', room: room.room })}>
            <UserPlus aria-hidden="true" />
            {t('details.addPeople')}
          </Button>
        )}
        {can.change(room) && (
          <Button small onClick={() => openDialog({ kind: 'roomSettings', room: room.room })}>
            <Settings2 aria-hidden="true" />
            {t('details.settings')}
          </Button>
        )}
        {can.write(room) && (
          <Button small onClick={() => openDialog({ kind: 'leaveRoom', room: room.room })}>
            <LogOut aria-hidden="true" />
            {t('details.leave')}
          </Button>
        )}
      </div>
      <h3 className={styles.heading}>
        {t('details.members')} <span>{room.members}</span>
      </h3>
    </div>
  );
}
