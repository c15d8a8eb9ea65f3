import { closeDialog } from '../dialogs/open';
import { Dialog } from '../parts/Dialog';
import { SearchList } from '../parts/SearchList';
import { openConversation } from '../store';
import { t } from '../text';
import { PersonLine } from './PersonLine';
import styles from './Picker.module.css';
import { usePeople } from './usePeople';

export function NewMessageDialog() {
  const find = usePeople();
  return (
    <Dialog title={t('people.new.title')} onClose={closeDialog}>
      <div className={styles.picker}>
        <SearchList
          label={t('people.search')}
          find={find}
          keyOf={(person) => person.username}
          render={(person) => <PersonLine person={person} />}
          onPick={(person) => {
            closeDialog();
            void openConversation(`person/${person.username}`);
          }}
          empty={(query) => (query === '' ? t('people.alone') : t('people.none'))}
          moreText={(count) => t('people.more', { count })}
        />
      </div>
    </Dialog>
  );
}
