import type { AppState } from '../api/types';
import { Fingerprint } from '../parts/Fingerprint';
import { Unfold } from '../parts/Unfold';
import { t } from '../text';
import styles from './AboutTab.module.css';
import { licences } from './licences';
import { Section } from './Section';

export function AboutTab({ app }: { app: AppState }) {
  const { self } = app;
  const facts = [
    [t('settings.about.version'), app.version],
    ...(self
      ? [
          [t('settings.about.user'), self.username],
          [t('settings.about.organisation'), `${self.organisation} (${self.domain})`],
          [t('settings.about.server'), self.gateway],
          [t('settings.about.folder'), self.profile],
        ]
      : []),
  ];
  return (
    <>
      <Section title={t('app.name')} about={t('settings.about.words')}>
        <dl className={styles.facts}>
          {facts.map(([name, value]) => (
            <div key={name} className={styles.fact}>
              <dt className={styles.term}>{name}</dt>
              <dd className={styles.value}>{value}</dd>
            </div>
          ))}
        </dl>
        {self && (
          <Unfold title={t('settings.about.fingerprint')}>
            <Fingerprint value={self.fingerprint} label={t('settings.about.fingerprint')} />
          </Unfold>
        )}
      </Section>
      <Section title={t('settings.about.licences')} about={t('settings.about.licences.words')}>
        <dl className={styles.facts}>
          {licences.map(({ name, licence }) => (
            <div key={name} className={styles.fact}>
              <dt className={styles.term}>{name}</dt>
              <dd className={styles.value}>{licence}</dd>
            </div>
          ))}
        </dl>
      </Section>
    </>
  );
}
