import { t } from '../text';

/** What is wrong with a name for a new account, before the server is asked (TalkyWalky.Wire/Username.cs has the rules). */
export function usernameTrouble(typed: string): string | null {
  const name = typed.trim().toLowerCase();
  if (name.length < 2 || name.length > 20) return t('start.username.length');
  if (!/^[a-z0-9._-]+$/.test(name)) return t('start.username.letters');
  return /^[a-z0-9].*[a-z0-9]$/.test(name) ? null : t('start.username.ends');
}
