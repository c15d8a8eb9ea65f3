import { useState } from 'react';
import type { ConversationKey } from '../api/types';
import { useConversationName } from '../chat/conversation';
import { closeDialog } from '../dialogs/open';
import { Choice } from '../parts/Choice';
import { FormDialog } from '../parts/FormDialog';
import { TextField } from '../parts/TextField';
import { showToast } from '../store';
import { t } from '../text';
import { saveLog, type LogFormat } from './saveLog';
import styles from './SaveLogDialog.module.css';

export function SaveLogDialog({ conversation }: { conversation: ConversationKey }) {
  const name = useConversationName(conversation);
  const [format, setFormat] = useState<LogFormat>('text');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const turned = from !== '' && to !== '' && from > to;
  const submit = async () => {
    const outcome = await saveLog(conversation, name, { format, from, to });
    if (outcome === 'unwritten') return t('log.unwritten');
    if (outcome === 'cancelled') return false;
    showToast('info', t('log.saved'));
  };
  return (
    <FormDialog title={t('log.title', { name })} about={t('log.about')} go={t('log.go')} disabled={turned} onSubmit={submit} onClose={closeDialog}>
      <Choice
        label={t('log.format')}
        value={format}
        onChange={setFormat}
        options={[
          { value: 'text', label: t('log.text') },
          { value: 'html', label: t('log.html') },
          { value: 'json', label: t('log.json') },
        ]}
      />
      <p className={styles.about}>{format === 'text' ? t('log.text.about') : format === 'html' ? t('log.html.about') : t('log.json.about')}</p>
      <div className={styles.dates}>
        <TextField label={t('log.from')} optional type="date" value={from} onChange={setFrom} />
        <TextField label={t('log.to')} optional type="date" value={to} onChange={setTo} error={turned ? t('log.turned') : null} />
      </div>
    </FormDialog>
  );
}
