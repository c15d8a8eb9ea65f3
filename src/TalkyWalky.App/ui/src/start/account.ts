import type { Enrolment } from '../api/types';
import { t } from '../text';
import { usernameTrouble } from './usernames';

/** What the form holds. */
export interface Account {
  register: boolean;
  username: string;
  password: string;
  repeated: string;
  fullName: string;
  mail: string;
  passphrase: string;
}

export const emptyAccount: Account = { register: true, username: '', password: '', repeated: '', fullName: '', mail: '', passphrase: '' };

export const shortestPassword = 8;

type Troubles = Partial<Record<keyof Account, string>>;

/** By field; none: it can be sent. The server checks again and knows more. */
export function accountTroubles(account: Account): Troubles {
  const troubles: Troubles = {};
  const put = (field: keyof Account, trouble: string | null) => {
    if (trouble) troubles[field] = trouble;
  };
  if (account.register) {
    put('username', usernameTrouble(account.username));
    put('password', account.password.length < shortestPassword ? t('start.password.short') : null);
    put('repeated', account.repeated === account.password ? null : t('start.password.different'));
    put('mail', account.mail === '' || /^[^\s@]+@[^\s@]+$/.test(account.mail.trim()) ? null : t('start.mail.wrong'));
  } else {
    put('username', account.username.trim() === '' ? t('start.username.missing') : null);
    put('password', account.password === '' ? t('start.password.missing') : null);
  }
  return troubles;
}

export function enrolmentOf(link: string, account: Account): Enrolment {
  const { register, username, password, fullName, mail, passphrase } = account;
  const given = (text: string) => (text.trim() === '' ? undefined : text.trim());
  return {
    link,
    username: username.trim(),
    password,
    register,
    ...(register ? { fullName: given(fullName), mail: given(mail) } : {}),
    ...(passphrase === '' ? {} : { passphrase }),
  };
}
