import { useState } from 'react';
import type { Settings } from '../api/types';
import { Button } from '../parts/Button';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { Slider } from '../parts/Slider';
import { changeSettings, revertLayout } from '../store';
import { t } from '../text';
import { FontPicker } from './FontPicker';
import { FontPreview } from './FontPreview';
import { Section } from './Section';
import { ThemeCards } from './ThemeCards';

const smallest = 11;
const largest = 24;

export function AppearanceTab({ settings }: { settings: Settings }) {
  // Only the preview follows the hand: were everything to grow at once, the slider would run away from it.
  const [size, setSize] = useState<number | null>(null);
  const [asking, setAsking] = useState(false);
  const shown = size ?? settings.fontSize;
  return (
    <>
      <Section title={t('settings.theme')}>
        <ThemeCards theme={settings.theme} onChange={(theme) => void changeSettings({ theme })} />
      </Section>
      <Section title={t('settings.font')}>
        <FontPreview family={settings.fontFamily} size={shown} />
        <Slider
          label={t('settings.font.size')}
          value={shown}
          min={smallest}
          max={largest}
          valueText={t('settings.font.pixels', { size: shown })}
          onChange={setSize}
          onCommit={(fontSize) => {
            setSize(null);
            void changeSettings({ fontSize });
          }}
        />
        <FontPicker family={settings.fontFamily} onChange={(fontFamily) => void changeSettings({ fontFamily })} />
      </Section>
      <Section title={t('settings.layout')} about={t('settings.layout.about')}>
        <div>
          <Button onClick={() => setAsking(true)}>{t('settings.layout.revert')}</Button>
        </div>
      </Section>
      {asking && (
        <ConfirmDialog title={t('settings.layout.ask')} confirm={t('settings.layout.revert')} onConfirm={revertLayout} onClose={() => setAsking(false)}>
          <p>{t('settings.layout.ask.about')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
