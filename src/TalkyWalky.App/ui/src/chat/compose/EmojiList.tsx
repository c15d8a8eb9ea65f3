import { EmojiPicker, type EmojiPickerListComponents } from 'frimousse';
import { t } from '../../text';
import styles from './EmojiPanel.module.css';

const components: Partial<EmojiPickerListComponents> = {
  CategoryHeader: ({ category, ...rest }) => (
    <div {...rest} className={styles.category}>
      {category.label}
    </div>
  ),
  // The library counts rows and columns from 0; ARIA counts from 1 (https://w3c.github.io/aria/#aria-rowindex).
  Row: (props) => <div {...props} {...fromOne('aria-rowindex', props['aria-rowindex'])} className={styles.row} />,
  Emoji: ({ emoji, ...rest }) => (
    <button {...rest} {...fromOne('aria-colindex', rest['aria-colindex'])} type="button" className={styles.emoji} title={emoji.label}>
      {emoji.emoji}
    </button>
  ),
};

function fromOne(name: 'aria-rowindex' | 'aria-colindex', index: number | undefined) {
  return index === undefined ? {} : { [name]: index + 1 };
}

export function EmojiList() {
  return (
    <EmojiPicker.Viewport className={styles.viewport}>
      <EmojiPicker.Empty>
        {({ search }) => <span className={styles.empty}>{t('emoji.none', { text: search })}</span>}
      </EmojiPicker.Empty>
      <EmojiPicker.List components={components} />
    </EmojiPicker.Viewport>
  );
}
