import type { Settings } from '../api/types';
import { Select } from '../parts/Select';
import { changeSettings } from '../store';
import { t } from '../text';
import { Section } from './Section';

export function LanguageTab({ settings }: { settings: Settings }) {
  return (
    <Section title={t('settings.language')} about={t('settings.language.about')}>
      <Select
        label={t('settings.language.choose')}
        value={settings.language}
        onChange={(language) => void changeSettings({ language })}
        options={[
          { value: 'system', label: t('settings.language.system') },
          { value: 'en', label: t('settings.language.english') },
          { value: 'fr', label: t('settings.language.french') },
        ]}
      />
    </Section>
  );
}
