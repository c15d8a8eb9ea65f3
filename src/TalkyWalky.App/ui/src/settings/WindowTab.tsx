import { useState } from 'react';
import type { AppState, Settings } from '../api/types';
import { Button } from '../parts/Button';
import { Note } from '../parts/Note';
import { Switch } from '../parts/Switch';
import { TextField } from '../parts/TextField';
import { changeSettings } from '../store';
import { t } from '../text';
import { Section } from './Section';
import { currentWindow, defaultWindow, largestWindow, readPixels, smallestWindow } from './windowSize';
import styles from './WindowTab.module.css';

interface Props {
  settings: Settings;
  support: AppState['windowSize'];
}

export function WindowTab({ settings, support }: Props) {
  const size = settings.windowSize ?? defaultWindow;
  const [typed, setTyped] = useState<{ width: string; height: string } | null>(null);
  const shown = typed ?? { width: String(size.width), height: String(size.height) };
  const width = readPixels(shown.width, 'width');
  const height = readPixels(shown.height, 'height');
  const off = !support.supported;

  const keep = (windowSize: Settings['windowSize']) => {
    setTyped(null);
    void changeSettings({ windowSize });
  };
  return (
    <>
      <Section title={t('settings.window.size')} about={t('settings.window.size.about')}>
        {off && <Note kind="warn">{t(support.why === 'noWindow' ? 'settings.window.noWindow' : 'settings.window.defaultBrowser')}</Note>}
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (width !== null && height !== null) keep({ width, height });
          }}
        >
          <div className={styles.sides}>
            <TextField
              label={t('settings.window.width')}
              inputMode="numeric"
              disabled={off}
              value={shown.width}
              onChange={(next) => setTyped({ ...shown, width: next })}
              error={width === null ? t('settings.window.width.wrong', { least: smallestWindow.width, most: String(largestWindow.width) }) : null}
              maxLength={5}
            />
            <TextField
              label={t('settings.window.height')}
              inputMode="numeric"
              disabled={off}
              value={shown.height}
              onChange={(next) => setTyped({ ...shown, height: next })}
              error={height === null ? t('settings.window.height.wrong', { least: smallestWindow.height, most: String(largestWindow.height) }) : null}
              maxLength={5}
            />
          </div>
          <div className={styles.buttons}>
            <Button type="submit" look="primary" disabled={off || typed === null || width === null || height === null}>
              {t('settings.window.keep')}
            </Button>
            <Button disabled={off} onClick={() => keep(currentWindow())}>
              {t('settings.window.current')}
            </Button>
            <Button disabled={off || settings.windowSize === null} onClick={() => keep(null)}>
              {t('settings.window.default')}
            </Button>
          </div>
        </form>
      </Section>
      <Section title={t('settings.background')}>
        <Switch
          label={t('settings.background.keep')}
          hint={t('settings.background.about')}
          checked={settings.background}
          onChange={(background) => void changeSettings({ background })}
        />
      </Section>
    </>
  );
}
