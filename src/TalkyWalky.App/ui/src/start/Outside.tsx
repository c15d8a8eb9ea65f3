import { t } from '../text';
import { Page } from './Page';

/** The page has nothing to talk to, or no right to. */
export function Outside({ why }: { why: 'used' | 'gone' | 'closed' }) {
  const about = { used: t('outside.used.about'), gone: t('outside.gone.about'), closed: t('outside.closed.about') };
  const title = { used: t('outside.used.title'), gone: t('outside.gone.title'), closed: t('outside.closed.title') };
  return (
    <Page title={title[why]} about={about[why]}>
      <p>
        <code>{t('outside.command')}</code>
      </p>
    </Page>
  );
}
