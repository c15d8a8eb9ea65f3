import { Smile } from 'lucide-react';
import { Popover } from 'radix-ui';
import { lazy, Suspense, useRef, useState } from 'react';
import { IconButton } from '../../parts/IconButton';
import { changeSettings, read } from '../../store';
import { t } from '../../text';
import styles from './EmojiButton.module.css';

const EmojiPanel = lazy(() => import('./EmojiPanel').then((module) => ({ default: module.EmojiPanel })));

const mostRecent = 18;

/** The picker is loaded when it is first opened. */
export function EmojiButton({ onEmoji }: { onEmoji: (emoji: string) => void }) {
  const [open, setOpen] = useState(false);
  const chosen = useRef(false);
  const choose = (emoji: string) => {
    const { settings } = read();
    const recent = [emoji, ...(settings?.recentEmoji ?? []).filter((one) => one !== emoji)].slice(0, mostRecent);
    void changeSettings({ recentEmoji: recent });
    chosen.current = true;
    setOpen(false);
    onEmoji(emoji);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <IconButton label={t('compose.emoji')}>
          <Smile />
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className={styles.panel}
          side="top"
          align="end"
          sideOffset={8}
          collisionPadding={8}
          aria-label={t('compose.emoji')}
          onCloseAutoFocus={(event) => {
            // The focus is in the text already.
            if (chosen.current) event.preventDefault();
            chosen.current = false;
          }}
        >
          <Suspense fallback={<div className={styles.loading} />}>
            <EmojiPanel onEmoji={choose} />
          </Suspense>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
