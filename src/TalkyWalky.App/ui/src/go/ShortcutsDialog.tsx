import { closeDialog } from '../dialogs/open';
import { Dialog } from '../parts/Dialog';
import { ctrl } from '../parts/keys';
import { t } from '../text';
import styles from './ShortcutsDialog.module.css';

/** Every key that does something. */
export function ShortcutsDialog() {
  const enter = t('key.enter');
  const shift = t('key.shift');
  const groups = [
    {
      title: t('shortcuts.go'),
      rows: [
        [t('shortcuts.switcher'), [[ctrl, 'K']]],
        [t('shortcuts.next'), [['Alt', '↑'], ['Alt', '↓']]],
        [t('shortcuts.nextUnread'), [['Alt', shift, '↑'], ['Alt', shift, '↓']]],
        [t('shortcuts.settings'), [[ctrl, ',']]],
        [t('shortcuts.this'), [['?']]],
        [t('shortcuts.close'), [[t('key.escape')]]],
      ],
    },
    {
      title: t('shortcuts.write'),
      rows: [
        [t('shortcuts.send'), [[enter]]],
        [t('shortcuts.newLine'), [[shift, enter]]],
        [t('shortcuts.mention'), [['@']]],
        [t('shortcuts.emoji'), [[':']]],
        [t('shortcuts.complete'), [[t('key.tab')]]],
      ],
    },
  ] as const;
  return (
    <Dialog title={t('shortcuts.title')} onClose={closeDialog}>
      {groups.map((group) => (
        <section key={group.title}>
          <h3 className={styles.title}>{group.title}</h3>
          <dl className={styles.rows}>
            {group.rows.map(([what, ways]) => (
              <div key={what} className={styles.row}>
                <dt>{what}</dt>
                <dd className={styles.ways}>
                  {ways.map((keys) => (
                    <span key={keys.join()} className={styles.keys}>
                      {keys.map((key) => (
                        <kbd key={key} className={styles.key}>
                          {key}
                        </kbd>
                      ))}
                    </span>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
