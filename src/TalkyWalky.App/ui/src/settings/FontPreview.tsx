import { t } from '../text';
import styles from './FontPreview.module.css';

/** As a message would look. */
export function FontPreview({ family, size }: { family: string | null; size: number }) {
  return (
    <div className={styles.preview} style={{ fontFamily: `${family === null ? '' : `${JSON.stringify(family)}, `}var(--font)`, fontSize: `${size}px` }}>
      <p className={styles.author} data-hue="8">
        {t('settings.font.preview.author')}
      </p>
      <p>{t('settings.font.preview')}</p>
    </div>
  );
}
