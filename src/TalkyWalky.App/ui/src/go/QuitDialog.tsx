import { api } from '../api/calls';
import { closeDialog } from '../dialogs/open';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { useStore } from '../store';
import { t } from '../text';

export function QuitDialog() {
  const waiting = useStore((store) => store.app?.status?.outbox ?? 0);
  return (
    <ConfirmDialog title={t('quit.title')} confirm={t('quit.go')} onConfirm={api.quit} onClose={closeDialog}>
      <p>{t('quit.about')}</p>
      {waiting > 0 && <p>{t('quit.waiting', { count: waiting })}</p>}
    </ConfirmDialog>
  );
}
