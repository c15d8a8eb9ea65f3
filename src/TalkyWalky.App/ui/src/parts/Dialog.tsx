import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { t } from '../text';
import { classes } from './classes';
import styles from './Dialog.module.css';
import { IconButton } from './IconButton';

interface Props {
  title: string;
  /** A sentence under the title. */
  about?: ReactNode;
  size?: 's' | 'm' | 'l';
  /** Buttons at the end, the main one last. */
  footer?: ReactNode;
  /** Its content fills it to the edges and scrolls by itself. */
  bare?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/**
 * Open while it is rendered. Radix's own overlay is not used: it locks the scrolling of the page with a style element, which the
 * page's policy refuses, and the page does not scroll.
 */
export function Dialog({ title, about, size = 'm', footer, bare, onClose, children }: Props) {
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <div className={styles.veil}>
          <Radix.Content
            className={classes(styles.dialog, styles[size])}
            aria-modal="true"
            onOpenAutoFocus={focusItself}
            {...(about ? {} : { 'aria-describedby': undefined })}
          >
            <header className={styles.head}>
              <div>
                <Radix.Title className={styles.title}>{title}</Radix.Title>
                {about && <Radix.Description className={styles.about}>{about}</Radix.Description>}
              </div>
              <Radix.Close asChild>
                <IconButton label={t('close')} side="bottom">
                  <X />
                </IconButton>
              </Radix.Close>
            </header>
            <div className={bare ? styles.bare : styles.body}>{children}</div>
            {footer && <footer className={styles.footer}>{footer}</footer>}
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}

/**
 * The field that asks for the focus: over another dialog that one took it back. Where none does, the dialog takes it, as the first
 * thing in it is the button that closes it.
 */
function focusItself(event: Event): void {
  event.preventDefault();
  const dialog = event.currentTarget as HTMLElement;
  (dialog.querySelector<HTMLElement>('[data-autofocus]') ?? dialog).focus();
}
