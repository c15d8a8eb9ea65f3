import { Dialog as Radix } from 'radix-ui';
import { useCallback, useState } from 'react';
import { closeDialog } from '../dialogs/open';
import { search } from '../parts/match';
import { SearchList } from '../parts/SearchList';
import { read } from '../store';
import { t } from '../text';
import { placesOf, type Place } from './places';
import styles from './SwitcherDialog.module.css';

/** Go anywhere, do anything, by a few letters. */
export function SwitcherDialog() {
  // As it was when it opened: nothing moves under the hand.
  const [places] = useState(() => placesOf(read()));
  const find = useCallback((query: string) => search(query, places), [places]);
  const pick = (place: Place) => {
    closeDialog();
    place.go();
  };
  return (
    <Radix.Root open onOpenChange={(open) => !open && closeDialog()}>
      <Radix.Portal>
        <div className={styles.veil}>
          <Radix.Content className={styles.switcher} aria-modal="true" aria-describedby={undefined}>
            <Radix.Title className="visually-hidden">{t('go.title')}</Radix.Title>
            <SearchList
              label={t('go.title')}
              placeholder={t('go.placeholder')}
              find={find}
              keyOf={(place) => place.id}
              render={(place) => <PlaceLine place={place} />}
              onPick={pick}
              empty={() => t('go.none')}
              moreText={(count) => t('go.more', { count })}
            />
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}

function PlaceLine({ place }: { place: Place }) {
  return (
    <>
      <span className={styles.icon}>{place.icon}</span>
      <bdi className={styles.name}>{place.name}</bdi>
      {place.unread > 0 && <span className={styles.unread}>{t('go.unread', { count: place.unread })}</span>}
      <bdi className={styles.about}>{place.about}</bdi>
    </>
  );
}
