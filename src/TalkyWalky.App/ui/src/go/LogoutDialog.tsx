import { api } from '../api/calls';
import { closeDialog } from '../dialogs/open';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { t } from '../text';

export function LogoutDialog() {
  return (
    <ConfirmDialog title={t('logout.title')} confirm={t('logout.go')} onConfirm={api.logout} onClose={closeDialog}>
      <p>{t('logout.about')}</p>
    </ConfirmDialog>
  );
}
