import type { AddedDevice } from '../api/types';
import { openDialog } from '../dialogs/open';
import { Bar } from '../parts/Bar';
import { Button } from '../parts/Button';
import { acknowledge, useStore } from '../store';
import { asSentence, fullTime, t } from '../text';
import { quotedDevice } from './device';
import { withoutOverrides } from './text/names';

/** Somebody tampers: said on every pane, one alarm after the other, until the person has understood, or has decided about the device that it is about. */
export function AlarmBar() {
  const alarm = useStore((state) => state.app?.alarms[0]);
  if (!alarm) return null;
  const { id, added } = alarm;
  const understood = () => void acknowledge(id);
  if (!added) {
    return (
      <Bar grave key={id} action={<Button small onClick={understood}>{t('trouble.understood')}</Button>}>
        {withoutOverrides(asSentence(alarm.text))}
      </Bar>
    );
  }
  return (
    <Bar
      grave
      key={id}
      action={
        <>
          <Button small onClick={understood}>
            {t('alarm.mine')}
          </Button>
          <Button small look="danger" onClick={() => openDialog({ kind: 'revokeAdded', alarm: id, added })}>
            {t('alarm.revoke')}
          </Button>
        </>
      }
    >
      {sentenceOf(added)}
    </Bar>
  );
}

function sentenceOf(added: AddedDevice): string {
  const values = { device: quotedDevice(added), when: fullTime(added.since) };
  switch (added.by) {
    case 'administrator':
      return t('alarm.added.administrator', values);
    case 'first':
      return t('alarm.added.first', values);
    case 'device':
      return t('alarm.added.device', values);
  }
}
