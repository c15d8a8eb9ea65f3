import { MessageSquare, ShieldCheck, TriangleAlert } from 'lucide-react';
import { useCallback } from 'react';
import { Avatar } from '../../parts/Avatar';
import { Button } from '../../parts/Button';
import { PresenceDot, presenceWords } from '../../parts/PresenceDot';
import { Unfold } from '../../parts/Unfold';
import { useAsked } from '../../parts/useAsked';
import { Waiting } from '../../parts/Waiting';
import { askContact, openConversation, useStore } from '../../store';
import { ago, asSentence, t, useLanguage } from '../../text';
import { differs, shownName } from '../names';
import { usePresence } from '../presence';
import { plainName } from '../text/names';
import { DeviceCard } from './DeviceCard';
import styles from './PersonDetails.module.css';

/** Names and presence; what was verified in one line, and the rest for those who ask. */
export function PersonDetails({ username }: { username: string }) {
  useLanguage();
  const person = useStore((state) => state.people.get(username));
  const card = useStore((state) => state.contacts.get(username));
  const isOpen = useStore((state) => state.open === `person/${username}` || state.app?.self?.username === username);
  const asked = useAsked(useCallback(() => askContact(username), [username]));
  const name = shownName(person, username);
  const presence = usePresence(username);
  const isOut = presence === 'offline' && person?.lastSeen;
  return (
    <div className={styles.person}>
      <div className={styles.title}>
        <Avatar name={name} of={username} size="l" />
        <h3>
          <bdi>{name}</bdi>
        </h3>
        {presence !== 'unknown' && (
          <p className={styles.presence}>
            <PresenceDot presence={presence} />
            <span aria-hidden={!isOut}>{isOut ? t('head.lastSeen', { when: ago(isOut) }) : t(presenceWords[presence])}</span>
          </p>
        )}
        {!isOpen && (
          <Button small onClick={() => void openConversation(`person/${username}`)}>
            <MessageSquare aria-hidden="true" />
            {t('details.write')}
          </Button>
        )}
      </div>
      <dl className={styles.names}>
        <Row term={t('details.username')} value={username} />
        {person?.fullName && differs(person.fullName, name) && <Row term={t('details.fullName')} value={person.fullName} />}
        {person?.name && differs(person.name, name) && <Row term={t('details.wants')} value={person.name} />}
      </dl>
      {!card && <Waiting asked={asked} />}
      {card && (
        <section className={styles.trust}>
          {card.trouble && (
            <p className={styles.trouble}>
              <TriangleAlert aria-hidden="true" />
              {asSentence(card.trouble)}
            </p>
          )}
          {card.devices.length === 0 ? (
            <p className={styles.none}>{t('details.noDevices')}</p>
          ) : (
            <>
              <p className={styles.verified}>
                <ShieldCheck aria-hidden="true" />
                {t('details.verifiedBy', { count: card.devices.length, domain: card.domain })}
              </p>
              <Unfold title={t('details.showDevices')}>
                <ul className={styles.devices}>
                  {card.devices.map((device, at) => (
                    <DeviceCard key={device.device} device={device} number={at + 1} name={name} organisation={card.organisation} />
                  ))}
                </ul>
              </Unfold>
            </>
          )}
        </section>
      )}
    </div>
  );
}


function Row({ term, value }: { term: string; value: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        <bdi>{plainName(value)}</bdi>
      </dd>
    </div>
  );
}
