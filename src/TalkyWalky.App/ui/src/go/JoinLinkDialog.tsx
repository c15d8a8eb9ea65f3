import { Copy } from 'lucide-react';
import { closeDialog } from '../dialogs/open';
import { Button } from '../parts/Button';
import { Dialog } from '../parts/Dialog';
import { copy, useStore } from '../store';
import { t } from '../text';
import styles from './JoinLinkDialog.module.css';
import { QrCode } from './QrCode';

/** How to bring a colleague in. */
export function JoinLinkDialog() {
  const link = useStore((store) => store.app?.self?.joinLink);
  if (!link) return null;
  return (
    <Dialog title={t('link.title')} about={t('link.about')} size="s" onClose={closeDialog}>
      <QrCode text={link} label={t('link.code')} />
      <p className={styles.link}>{link}</p>
      <Button look="primary" onClick={() => void copy(link, t('copied'))} autoFocus>
        <Copy aria-hidden="true" />
        {t('link.copy')}
      </Button>
      <p className={styles.about}>{t('link.account')}</p>
    </Dialog>
  );
}
