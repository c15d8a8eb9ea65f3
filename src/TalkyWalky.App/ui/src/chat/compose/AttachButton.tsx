import { Paperclip } from 'lucide-react';
import { useRef } from 'react';
import type { ConversationKey } from '../../api/types';
import { IconButton } from '../../parts/IconButton';
import { attach } from '../../store';
import { t } from '../../text';

export function AttachButton({ id, onAttached }: { id: ConversationKey; onAttached: () => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  const onChange = (event: React.ChangeEvent<HTMLInputElement>) => {
    const files = [...(event.target.files ?? [])];
    // The same file can be chosen again.
    event.target.value = '';
    void attach(id, files);
    onAttached();
  };
  return (
    <>
      <input ref={chooser} type="file" multiple hidden onChange={onChange} />
      <IconButton label={t('compose.attach')} onClick={() => chooser.current?.click()}>
        <Paperclip />
      </IconButton>
    </>
  );
}
