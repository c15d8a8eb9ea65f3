import { EmojiPicker, type SkinTone } from 'frimousse';
import { Search } from 'lucide-react';
import { useState } from 'react';
import { emojiData } from '../../api/emoji';
import { useStore } from '../../store';
import { t, useLanguage } from '../../text';
import { EmojiList } from './EmojiList';
import styles from './EmojiPanel.module.css';
import { SkinTones } from './SkinTones';

const tones: readonly SkinTone[] = ['none', 'light', 'medium-light', 'medium', 'medium-dark', 'dark'];

export function EmojiPanel({ onEmoji }: { onEmoji: (emoji: string) => void }) {
  const language = useLanguage();
  const [search, setSearch] = useState('');
  const tone = useStore((state) => state.settings?.skinTone ?? 0);
  const recent = useStore((state) => state.settings?.recentEmoji);
  return (
    <EmojiPicker.Root
      className={styles.panel}
      locale={language}
      columns={9}
      skinTone={tones[tone] ?? 'none'}
      resolveEmojiData={(locale) => emojiData(locale === 'fr' ? 'fr' : 'en')}
      onEmojiSelect={({ emoji }) => onEmoji(emoji)}
    >
      <div className={styles.head}>
        <span className={styles.search}>
          <Search aria-hidden="true" />
          <EmojiPicker.Search
            autoFocus
            value={search}
            placeholder={t('emoji.search')}
            aria-label={t('emoji.search')}
            onChange={(event) => setSearch(event.target.value)}
          />
        </span>
        <SkinTones />
      </div>
      {!search && recent && recent.length > 0 && (
        <div className={styles.recent} role="group" aria-label={t('emoji.recent')}>
          {recent.slice(0, 9).map((emoji) => (
            <button key={emoji} type="button" className={styles.emoji} onClick={() => onEmoji(emoji)}>
              {emoji}
            </button>
          ))}
        </div>
      )}
      <EmojiList />
      <EmojiPicker.ActiveEmoji>
        {({ emoji }) => (
          <p className={styles.active} aria-hidden="true">
            {emoji && (
              <>
                <span className={styles.shown}>{emoji.emoji}</span> {emoji.label}
              </>
            )}
          </p>
        )}
      </EmojiPicker.ActiveEmoji>
    </EmojiPicker.Root>
  );
}
