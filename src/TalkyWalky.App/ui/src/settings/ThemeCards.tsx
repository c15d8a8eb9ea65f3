import { Check } from 'lucide-react';
import { RadioGroup } from 'radix-ui';
import type { Theme } from '../api/types';
import { t } from '../text';
import { looks, type Look } from '../theme/themes';
import styles from './ThemeCards.module.css';
import { themeNames } from './themeNames';

/** Each card is painted by the theme it stands for. */
export function ThemeCards({ theme, onChange }: { theme: Theme; onChange: (theme: Theme) => void }) {
  return (
    <RadioGroup.Root className={styles.cards} aria-label={t('settings.theme')} value={theme} onValueChange={(next) => onChange(next as Theme)}>
      {(['system', ...looks] as const).map((each) => (
        <RadioGroup.Item key={each} value={each} className={styles.card}>
          <span className={styles.picture}>
            {each === 'system' ? (
              <>
                <Preview look="default" />
                <Preview look="night" />
              </>
            ) : (
              <Preview look={each} />
            )}
          </span>
          <span className={styles.name}>
            {t(themeNames[each])}
            <RadioGroup.Indicator className={styles.chosen}>
              <Check />
            </RadioGroup.Indicator>
          </span>
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}

function Preview({ look }: { look: Look }) {
  return (
    <span className={styles.preview} data-theme={look} aria-hidden="true">
      <span className={styles.side}>
        <span className={styles.row} />
        <span className={styles.row} data-on="" />
        <span className={styles.row} />
      </span>
      <span className={styles.talk}>
        <span className={styles.head}>
          <span className={styles.face} data-hue="8" />
          <span className={styles.author} data-hue="8" />
        </span>
        <span className={styles.line} />
        <span className={styles.own}>
          <span className={styles.line} />
        </span>
        <span className={styles.button} />
      </span>
    </span>
  );
}
