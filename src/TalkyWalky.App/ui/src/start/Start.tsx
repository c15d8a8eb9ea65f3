import { useState } from 'react';
import { api } from '../api/calls';
import type { AppState, JoinLink } from '../api/types';
import { useSending } from '../parts/useSending';
import { asSentence } from '../text';
import { emptyAccount, enrolmentOf, type Account } from './account';
import { AccountStep } from './AccountStep';
import { JoinStep } from './JoinStep';
import { Making } from './Making';
import { Pending } from './Pending';

/** From a link to keys. What was typed stays while the program works on it, so that a refusal costs no second typing. */
export function Start({ app }: { app: AppState }) {
  const [link, setLink] = useState(app.link ?? '');
  const [server, setServer] = useState<JoinLink | null>(null);
  const [changing, setChanging] = useState(false);
  const [account, setAccount] = useState<Account>({ ...emptyAccount, username: app.username ?? '' });
  const { busy, error, run } = useSending();

  if (app.stage === 'enrolling') return <Making step={app.step} register={account.register} />;
  if (app.stage === 'pending') return <Pending app={app} />;

  if (!server) {
    return (
      <JoinStep
        link={link}
        changing={changing}
        onJoined={(joined, found) => {
          setLink(joined);
          setServer(found);
        }}
      />
    );
  }
  return (
    <AccountStep
      server={server}
      account={account}
      secretPlace={app.secretPlace}
      busy={busy}
      trouble={error ?? (app.trouble && asSentence(app.trouble))}
      onChange={setAccount}
      onSubmit={() => void run(() => api.enrol(enrolmentOf(link, account)))}
      onBack={() => {
        setChanging(true);
        setServer(null);
      }}
    />
  );
}
