import { Compass, Plus, SquarePen } from 'lucide-react';
import { openDialog } from '../../dialogs/open';
import { IconButton } from '../../parts/IconButton';
import { t } from '../../text';
import styles from './Heading.module.css';
import type { Section } from './rows';

const names = { rooms: 'list.rooms', people: 'list.people', everyone: 'list.everyone' } as const;

export function Heading({ section }: { section: Section }) {
  return (
    <div className={styles.heading}>
      <h2>{t(names[section])}</h2>
      {section === 'rooms' && (
        <>
          <IconButton small label={t('list.browse')} onClick={() => openDialog({ kind: 'browseRooms' })}>
            <Compass />
          </IconButton>
          <IconButton small label={t('list.newRoom')} onClick={() => openDialog({ kind: 'createRoom' })}>
            <Plus />
          </IconButton>
        </>
      )}
      {section === 'people' && (
        <IconButton small label={t('list.newMessage')} onClick={() => openDialog({ kind: 'newMessage' })}>
          <SquarePen />
        </IconButton>
      )}
    </div>
  );
}
