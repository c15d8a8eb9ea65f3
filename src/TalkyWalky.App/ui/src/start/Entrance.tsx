import { api } from '../api/calls';
import type { AppState } from '../api/types';
import { Note } from '../parts/Note';
import { asSentence, t } from '../text';
import { Page } from './Page';
import { SecretPage } from './SecretPage';
import { Start } from './Start';
import { TryAgain } from './TryAgain';

/** Every stage before the chat. */
export function Entrance({ app }: { app: AppState }) {
  const { link } = app;
  const username = app.username ?? app.self?.username ?? '';
  switch (app.stage) {
    case 'new':
    case 'enrolling':
    case 'pending':
      return <Start app={app} />;
    case 'unfinished':
      if (link === null) return <Start app={app} />;
      return (
        <SecretPage
          key="unfinished"
          title={t('start.unfinished.title')}
          about={t('start.unfinished.about', { username })}
          label={t('start.password')}
          missing={t('start.password.missing')}
          go={t('start.unfinished.go')}
          trouble={app.trouble}
          autoComplete="current-password"
          send={(password) => api.enrol({ link, username, password, register: false })}
        />
      );
    case 'locked':
      return (
        <SecretPage
          key="locked"
          title={t('start.locked.title')}
          about={app.trouble === null ? t('start.locked.about') : t('start.locked.kept')}
          label={t('start.passphrase')}
          missing={t('start.passphrase.missing')}
          go={t('start.locked.go')}
          trouble={app.trouble}
          autoComplete="off"
          send={api.unlock}
          instead={app.trouble !== null && <TryAgain trouble={app.trouble} />}
        />
      );
    case 'loggedOut':
      return (
        <SecretPage
          key="loggedOut"
          title={t('start.loggedOut.title')}
          about={t('start.loggedOut.about', { username })}
          label={t('start.password')}
          missing={t('start.password.missing')}
          go={t('start.signIn.go')}
          trouble={app.trouble}
          autoComplete="current-password"
          send={api.login}
        />
      );
    case 'broken':
      return (
        <Page title={t('start.broken.title')}>
          <Note kind="error">{asSentence(app.trouble ?? '')}</Note>
          <TryAgain trouble={app.trouble} />
        </Page>
      );
    case 'ready':
      return null;
  }
}
