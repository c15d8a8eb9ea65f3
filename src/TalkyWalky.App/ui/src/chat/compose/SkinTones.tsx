import { ToggleGroup } from 'radix-ui';
import { changeSettings, useStore } from '../../store';
import { t } from '../../text';
import styles from './SkinTones.module.css';

const hands = ['✋', '✋🏻', '✋🏼', '✋🏽', '✋🏾', '✋🏿'];
const words = ['emoji.tone0', 'emoji.tone1', 'emoji.tone2', 'emoji.tone3', 'emoji.tone4', 'emoji.tone5'] as const;

export function SkinTones() {
  const tone = useStore((state) => state.settings?.skinTone ?? 0);
  return (
    <ToggleGroup.Root
      type="single"
      className={styles.tones}
      aria-label={t('emoji.tone')}
      value={String(tone)}
      onValueChange={(value) => value && void changeSettings({ skinTone: Number(value) })}
    >
      {hands.map((hand, at) => (
        <ToggleGroup.Item key={hand} value={String(at)} className={styles.tone} aria-label={t(words[at]!)} title={t(words[at]!)}>
          {hand}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
