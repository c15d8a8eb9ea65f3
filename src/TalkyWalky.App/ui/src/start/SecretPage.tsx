import { useState, type ReactNode } from 'react';
import { Button } from '../parts/Button';
import { PasswordField } from '../parts/PasswordField';
import { useSending } from '../parts/useSending';
import { asSentence } from '../text';
import { Form } from './Form';
import { Page } from './Page';

interface Props {
  title: string;
  about: string;
  label: string;
  missing: string;
  go: string;
  /** Said by the program before anything was typed. */
  trouble: string | null;
  autoComplete: string;
  send: (secret: string) => Promise<void>;
  /** Another way in. */
  instead?: ReactNode;
}

/** One secret and a button. */
export function SecretPage({ title, about, label, missing, go, trouble, autoComplete, send, instead }: Props) {
  const [secret, setSecret] = useState('');
  const { busy, error, setError, run } = useSending();
  const submit = () => (secret === '' ? setError(missing) : void run(() => send(secret)));
  return (
    <Page title={title} about={about}>
      <Form error={error ?? (trouble && asSentence(trouble))} onSubmit={submit}>
        <PasswordField label={label} value={secret} onChange={setSecret} autoComplete={autoComplete} maxLength={1024} autoFocus />
        <Button type="submit" look="primary" busy={busy}>
          {go}
        </Button>
        {instead}
      </Form>
    </Page>
  );
}
