import { Search, X } from 'lucide-react';
import { memo, useDeferredValue, useRef, useState } from 'react';
import { openDialog } from '../../dialogs/open';
import { IconButton } from '../../parts/IconButton';
import { ctrl } from '../../parts/keys';
import { openConversation, read } from '../../store';
import { t } from '../../text';
import { ConversationList, type ListHandle } from './ConversationList';
import { EncryptedMark } from './EncryptedMark';
import { Resizer } from './Resizer';
import { keysOf, listsOf } from './rows';
import { SelfBar } from './SelfBar';
import styles from './Sidebar.module.css';

export const Sidebar = memo(function Sidebar() {
  const [filter, setFilter] = useState('');
  const wanted = useDeferredValue(filter);
  const list = useRef<ListHandle>(null);
  const onKey = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      list.current?.focusFirst();
    } else if (event.key === 'Enter') {
      // What was typed counts, not what the list shows still.
      const [first] = keysOf(listsOf(read()), filter);
      if (first && filter.trim()) {
        setFilter('');
        void openConversation(first);
      }
    } else if (event.key === 'Escape' && filter) {
      event.stopPropagation();
      setFilter('');
    }
  };
  return (
    <nav className={styles.sidebar} aria-label={t('main.list')}>
      <SelfBar />
      <div className={styles.filter}>
        <Search aria-hidden="true" />
        <input
          type="text"
          value={filter}
          placeholder={t('list.filter')}
          aria-label={t('list.filter')}
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={onKey}
        />
        {filter ? (
          <IconButton small label={t('list.clearFilter')} onClick={() => setFilter('')}>
            <X />
          </IconButton>
        ) : (
          <kbd className={styles.key} onClick={() => openDialog({ kind: 'switcher' })}>
            {ctrl} K
          </kbd>
        )}
      </div>
      <ConversationList ref={list} filter={wanted} onChosen={() => setFilter('')} />
      <EncryptedMark />
      <Resizer />
    </nav>
  );
});
