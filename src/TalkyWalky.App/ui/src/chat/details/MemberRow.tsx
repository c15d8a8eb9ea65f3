import { Crown, EllipsisVertical, MessageSquare, Shield, User, UserMinus, UserRound } from 'lucide-react';
import { memo } from 'react';
import type { Member, Rank, Room } from '../../api/types';
import { IconButton } from '../../parts/IconButton';
import { Menu } from '../../parts/Menu';
import type { MenuEntries } from '../../parts/MenuItems';
import { openConversation, setRank, showPerson, useStore } from '../../store';
import { t, useLanguage } from '../../text';
import { differs, shownName } from '../names';
import { Portrait } from '../Portrait';
import { usePresence } from '../presence';
import { can } from '../ranks';
import styles from './MemberRow.module.css';

const rankNames = { owner: 'rank.owner', moderator: 'rank.moderator', member: 'rank.member', invited: 'rank.invited' } as const;

interface Props {
  room: Room;
  member: Member;
  onRemove: (member: Member) => void;
}

export const MemberRow = memo(function MemberRow({ room, member, onRemove }: Props) {
  useLanguage();
  const person = useStore((state) => state.people.get(member.username));
  const presence = usePresence(member.username);
  const isSelf = useStore((state) => state.app?.self?.username === member.username);
  const name = shownName(person, member.username);
  const rank = member.rank === 'none' || member.rank === 'member' ? null : t(rankNames[member.rank]);
  return (
    <div className={styles.member}>
      <button type="button" className={styles.person} title={t('details.show')} onClick={() => showPerson(member.username)}>
        <Portrait name={name} of={member.username} size="s" presence={presence} />
        <span className={styles.names}>
          <bdi className={styles.name}>{name}</bdi>
          {isSelf ? <span className={styles.more}>{t('details.you')}</span> : differs(name, member.username) && <bdi className={styles.more}>{member.username}</bdi>}
        </span>
        {member.asleep && (
          <span className={styles.note} title={t('details.asleepWhy')}>
            {t('details.asleep')}
          </span>
        )}
        {rank && <span className={styles.note}>{rank}</span>}
      </button>
      {!isSelf && (
        <Menu entries={entriesOf(room, member, onRemove)}>
          <IconButton small className={styles.menu} label={t('details.memberMenu', { name })} side="left">
            <EllipsisVertical />
          </IconButton>
        </Menu>
      )}
    </div>
  );
});

function entriesOf(room: Room, member: Member, onRemove: Props['onRemove']): MenuEntries {
  const rank = (to: Rank) => () => void setRank(room.room, member.username, to);
  const mayRank = can.setRank(room, member);
  return [
    { label: t('details.write'), icon: <MessageSquare />, onSelect: () => void openConversation(`person/${member.username}`) },
    { label: t('details.show'), icon: <UserRound />, onSelect: () => showPerson(member.username) },
    ...(mayRank ? (['line'] as const) : []),
    ...(mayRank && member.rank !== 'owner' ? [{ label: t('details.makeOwner'), icon: <Crown />, onSelect: rank('owner') }] : []),
    ...(mayRank && member.rank !== 'moderator' ? [{ label: t('details.makeModerator'), icon: <Shield />, onSelect: rank('moderator') }] : []),
    ...(mayRank && member.rank !== 'member' ? [{ label: t('details.makeMember'), icon: <User />, onSelect: rank('member') }] : []),
    ...(can.remove(room, member)
      ? (['line', { label: t('details.remove'), icon: <UserMinus />, danger: true, onSelect: () => onRemove(member) }] as const)
      : []),
  ];
}
