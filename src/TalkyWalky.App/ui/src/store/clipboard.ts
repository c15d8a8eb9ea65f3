import { t } from '../text';
import { showToast } from './problems';

/** Tells in a toast whether it could: a browser may refuse. */
export async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return showToast('error', t('copy.refused'));
  }
  showToast('info', done);
}
