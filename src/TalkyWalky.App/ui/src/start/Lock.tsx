import { PasswordField } from '../parts/PasswordField';
import { Unfold } from '../parts/Unfold';
import { t } from '../text';
import styles from './Lock.module.css';

interface Props {
  secretPlace: 'keychain' | 'file';
  passphrase: string;
  error: string | undefined;
  onChange: (passphrase: string) => void;
}

/** A passphrase of one's own, for who wants one; else what happens instead. */
export function Lock({ secretPlace, passphrase, error, onChange }: Props) {
  return (
    <Unfold title={t('start.lock')}>
      <p className={styles.about}>{t('start.lock.about')}</p>
      <p className={styles.about}>{secretPlace === 'keychain' ? t('start.lock.keychain') : t('start.lock.file')}</p>
      <PasswordField
        label={t('start.passphrase')}
        optional
        hint={t('start.passphrase.hint')}
        error={error}
        value={passphrase}
        onChange={onChange}
        autoComplete="off"
        maxLength={1024}
      />
    </Unfold>
  );
}
