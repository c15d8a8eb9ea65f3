import { Check, X } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { api } from '../api/calls';
import { shownName } from '../chat/names';
import { plainName } from '../chat/text/names';
import { closeDialog } from '../dialogs/open';
import { Choice } from '../parts/Choice';
import { FormDialog } from '../parts/FormDialog';
import { Note } from '../parts/Note';
import { SearchList } from '../parts/SearchList';
import { keepRoom, loadMembers, showToast, useStore } from '../store';
import { t } from '../text';
import { PersonLine } from './PersonLine';
import styles from './Picker.module.css';
import { usePeople } from './usePeople';

/** One change of a room names so many (Limits.CommitUsers). */
const most = 500;

export function AddPeopleDialog({ id }: { id: string }) {
  const room = useStore((store) => store.rooms.get(id));
  const members = useStore((store) => store.members.get(id));
  const persons = useStore((store) => store.people);
  const inside = useMemo(() => new Set(members?.list.map((member) => member.username)), [members]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const mayAdd = room?.own === 'owner' || room?.own === 'moderator';
  const [how, setHow] = useState<'add' | 'invite'>(mayAdd ? 'add' : 'invite');
  const find = usePeople(inside);
  useEffect(() => void loadMembers(id), [id]);
  if (!room) return null;

  const toggle = (username: string) => {
    const next = new Set(chosen);
    if (!next.delete(username)) next.add(username);
    setChosen(next);
  };
  const submit = async () => {
    const users = [...chosen];
    keepRoom(await (how === 'add' ? api.addMembers(id, users) : api.invite(id, users)));
    await loadMembers(id);
    showToast('info', t(how === 'add' ? 'people.added' : 'people.invited', { count: users.length }));
  };
  return (
    <FormDialog
      title={t('people.add.title', { room: plainName(room.name) })}
      about={how === 'add' ? t('people.add.about') : t('people.invite.about')}
      go={how === 'add' ? t('people.add.go', { count: chosen.size }) : t('people.invite.go', { count: chosen.size })}
      disabled={chosen.size === 0 || chosen.size > most}
      onSubmit={submit}
      onClose={closeDialog}
    >
      {mayAdd && (
        <Choice
          label={t('people.how')}
          value={how}
          onChange={setHow}
          options={[
            { value: 'add', label: t('people.how.add') },
            { value: 'invite', label: t('people.how.invite') },
          ]}
        />
      )}
      {chosen.size > most && <Note kind="warn">{t('people.most', { most })}</Note>}
      <div className={styles.picker}>
        {chosen.size > 0 && (
          <div className={styles.chosen} role="group" aria-label={t('people.chosen')}>
            {[...chosen].map((username) => {
              const name = shownName(persons.get(username), username);
              return (
                <button key={username} type="button" className={styles.chip} aria-label={t('people.remove', { name })} onClick={() => toggle(username)}>
                  <bdi>{name}</bdi>
                  <X aria-hidden="true" />
                </button>
              );
            })}
          </div>
        )}
        <SearchList
          label={t('people.search')}
          find={find}
          keyOf={(person) => person.username}
          chosen={chosen}
          render={(person) => (
            <>
              <span className={styles.box} data-on={chosen.has(person.username) ? '' : undefined}>
                {chosen.has(person.username) && <Check aria-hidden="true" />}
              </span>
              <PersonLine person={person} />
            </>
          )}
          onPick={(person) => toggle(person.username)}
          empty={(query) => (query === '' ? t('people.alone') : t('people.none'))}
          moreText={(count) => t('people.more', { count })}
        />
      </div>
    </FormDialog>
  );
}
