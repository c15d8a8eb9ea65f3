import { useState } from 'react';
import type { JoinLink } from '../api/types';
import { Button } from '../parts/Button';
import { Choice } from '../parts/Choice';
import { PasswordField } from '../parts/PasswordField';
import { TextField } from '../parts/TextField';
import { t } from '../text';
import { accountTroubles, type Account } from './account';
import styles from './AccountStep.module.css';
import { Form } from './Form';
import { Lock } from './Lock';
import { Page } from './Page';
import { Steps } from './Steps';

interface Props {
  server: JoinLink;
  account: Account;
  secretPlace: 'keychain' | 'file';
  busy: boolean;
  /** Why the last attempt failed. */
  trouble: string | null;
  onChange: (account: Account) => void;
  onSubmit: () => void;
  onBack: () => void;
}

export function AccountStep({ server, account, secretPlace, busy, trouble, onChange, onSubmit, onBack }: Props) {
  const [tried, setTried] = useState(false);
  const troubles = accountTroubles(account);
  const shown = tried ? troubles : {};
  const set = (part: Partial<Account>) => onChange({ ...account, ...part });
  const submit = () => {
    setTried(true);
    if (Object.keys(troubles).length === 0) onSubmit();
  };
  const { register } = account;
  return (
    <Page
      title={register ? t('start.register.title') : t('start.signIn.title')}
      about={
        <>
          {server.invited ? t('start.server.invited', { server: server.gateway }) : t('start.server', { server: server.gateway })}{' '}
          <button type="button" className={styles.back} onClick={onBack}>
            {t('start.server.change')}
          </button>
        </>
      }
      above={<Steps at={1} />}
    >
      <Form error={trouble} onSubmit={submit}>
        <Choice
          label={t('start.account')}
          value={register ? 'register' : 'signIn'}
          onChange={(kind) => set({ register: kind === 'register' })}
          options={[
            { value: 'register', label: t('start.register') },
            { value: 'signIn', label: t('start.signIn') },
          ]}
        />
        <TextField
          label={t('start.username')}
          hint={register ? t('start.username.rules') : undefined}
          error={shown.username}
          value={account.username}
          onChange={(username) => set({ username })}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
          autoFocus
        />
        <PasswordField
          label={t('start.password')}
          hint={register ? t('start.password.rules') : t('start.password.directory')}
          error={shown.password}
          value={account.password}
          onChange={(password) => set({ password })}
          autoComplete={register ? 'new-password' : 'current-password'}
          maxLength={1024}
        />
        {register && (
          <>
            <PasswordField
              label={t('start.password.repeat')}
              error={shown.repeated}
              value={account.repeated}
              onChange={(repeated) => set({ repeated })}
              autoComplete="new-password"
              maxLength={1024}
            />
            <div className={styles.pair}>
              <TextField
                label={t('start.fullName')}
                optional
                value={account.fullName}
                onChange={(fullName) => set({ fullName })}
                autoComplete="name"
                maxLength={100}
              />
              <TextField
                label={t('start.mail')}
                optional
                type="email"
                error={shown.mail}
                value={account.mail}
                onChange={(mail) => set({ mail })}
                autoComplete="email"
                maxLength={254}
              />
            </div>
          </>
        )}
        <Lock secretPlace={secretPlace} passphrase={account.passphrase} error={shown.passphrase} onChange={(passphrase) => set({ passphrase })} />
        <Button type="submit" look="primary" busy={busy}>
          {register ? t('start.register.go') : t('start.signIn.go')}
        </Button>
      </Form>
    </Page>
  );
}
