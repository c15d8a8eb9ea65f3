import { useId, type ReactNode } from 'react';
import { t } from '../text';
import { Button } from './Button';
import { Dialog } from './Dialog';
import styles from './FormDialog.module.css';
import { Note } from './Note';
import { useMounted } from './useMounted';
import { useSending } from './useSending';

interface Props {
  title: string;
  about?: ReactNode;
  size?: 's' | 'm' | 'l';
  /** On the main button. */
  go: string;
  disabled?: boolean;
  /** Closes when it is done; a failure is shown in place, and so is a sentence that it answers. False: stay, nothing is wrong. */
  onSubmit: () => Promise<string | false | void>;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog that is filled in and sent. */
export function FormDialog({ title, about, size, go, disabled, onSubmit, onClose, children }: Props) {
  const id = useId();
  const { busy, error, setError, run } = useSending();
  const isMounted = useMounted();
  const submit = () =>
    run(async () => {
      const outcome = await onSubmit();
      if (typeof outcome === 'string') setError(outcome);
      // One that was closed meanwhile closes nothing that lies there instead.
      else if (outcome !== false && isMounted()) onClose();
    });
  return (
    <Dialog
      title={title}
      about={about}
      size={size}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form={id} look="primary" busy={busy} disabled={disabled}>
            {go}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // A form in a dialog over another dialog is inside of it for React.
          event.stopPropagation();
          if (!disabled) void submit();
        }}
      >
        {children}
        {error && <Note kind="error">{error}</Note>}
      </form>
    </Dialog>
  );
}
