import { api } from '../api/calls';
import type { ConversationKey } from '../api/types';
import { conversationName } from '../chat/conversation';
import { closeDialog } from '../dialogs/open';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { showToast, useStore } from '../store';
import { t } from '../text';

/** Of one conversation, or of all. */
export function ClearHistoryDialog({ conversation }: { conversation: ConversationKey | null }) {
  const name = useStore((store) => (conversation ? conversationName(store, conversation) : null));
  const clear = async () => {
    const { cleared } = await api.clearHistory(conversation);
    showToast('info', t('clear.done', { count: cleared }));
  };
  return (
    <ConfirmDialog
      title={name === null ? t('clear.all.title') : t('clear.title', { name })}
      confirm={name === null ? t('clear.all.go') : t('clear.go')}
      danger
      onConfirm={clear}
      onClose={closeDialog}
    >
      <p>{name === null ? t('clear.all.does') : t('clear.does')}</p>
      <p>{t('clear.not')}</p>
    </ConfirmDialog>
  );
}
