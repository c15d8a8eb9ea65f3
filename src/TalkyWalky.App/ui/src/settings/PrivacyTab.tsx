import { openDialog } from '../dialogs/open';
import { Button } from '../parts/Button';
import { Switch } from '../parts/Switch';
import { useAsked } from '../parts/useAsked';
import { Waiting } from '../parts/Waiting';
import { askPrivacy, changePrivacy, useStore } from '../store';
import { t } from '../text';
import { Section } from './Section';

/** The same on all devices of the person. */
export function PrivacyTab() {
  const privacy = useStore((store) => store.privacy);
  const asked = useAsked(askPrivacy);
  if (!privacy) return <Waiting asked={asked} />;
  return (
    <>
      <Section title={t('settings.privacy.title')} about={t('settings.privacy.about')}>
        <Switch
          label={t('settings.privacy.delivered')}
          hint={t('settings.privacy.delivered.about')}
          checked={privacy.deliveredReceipts}
          onChange={(deliveredReceipts) => void changePrivacy({ deliveredReceipts })}
        />
        <Switch
          label={t('settings.privacy.read')}
          hint={t('settings.privacy.read.about')}
          checked={privacy.readReceipts}
          onChange={(readReceipts) => void changePrivacy({ readReceipts })}
        />
        <Switch
          label={t('settings.privacy.typing')}
          hint={t('settings.privacy.typing.about')}
          checked={privacy.typing}
          onChange={(typing) => void changePrivacy({ typing })}
        />
      </Section>
      <Section title={t('clear.section')} about={t('clear.section.about')}>
        <div>
          <Button onClick={() => openDialog({ kind: 'clearHistory', conversation: null })}>{t('clear.all.go')}</Button>
        </div>
      </Section>
    </>
  );
}
