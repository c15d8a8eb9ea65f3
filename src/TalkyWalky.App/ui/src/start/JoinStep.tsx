import { useEffect, useRef, useState } from 'react';
import { api } from '../api/calls';
import type { JoinLink } from '../api/types';
import { Button } from '../parts/Button';
import { TextField } from '../parts/TextField';
import { useSending } from '../parts/useSending';
import { t } from '../text';
import { Form } from './Form';
import { Page } from './Page';
import { Steps } from './Steps';

interface Props {
  /** Pasted before, or given when the program was opened; checked at once. */
  link: string;
  /** Do not check by itself: the person came back to change it. */
  changing: boolean;
  onJoined: (link: string, server: JoinLink) => void;
}

export function JoinStep({ link: given, changing, onJoined }: Props) {
  const [link, setLink] = useState(given);
  const { busy, error, setError, run } = useSending();
  const checked = useRef(changing);

  const check = (wanted: string) =>
    wanted === '' ? setError(t('start.link.missing')) : void run(async () => onJoined(wanted, await api.join(wanted)));

  useEffect(() => {
    if (checked.current || given === '') return;
    checked.current = true;
    check(given);
  });

  return (
    <Page title={t('start.join.title')} about={t('start.join.about')} above={<Steps at={0} />}>
      <Form error={null} onSubmit={() => check(link.trim())}>
        <TextField
          label={t('start.link')}
          hint={t('start.link.hint')}
          error={error}
          value={link}
          onChange={setLink}
          placeholder={t('start.link.example')}
          spellCheck={false}
          maxLength={4096}
          autoFocus
        />
        <Button type="submit" look="primary" busy={busy}>
          {t('start.continue')}
        </Button>
      </Form>
    </Page>
  );
}
