import { Bar } from '../parts/Bar';
import { Button } from '../parts/Button';
import { acknowledge, useStore } from '../store';
import { asSentence, t } from '../text';
import { withoutOverrides } from './text/names';

/** Somebody tampers: said on every pane, one alarm after the other, until the person has understood. */
export function AlarmBar() {
  const alarm = useStore((state) => state.app?.alarms[0]);
  if (!alarm) return null;
  return (
    <Bar grave key={alarm.id} action={<Button small onClick={() => void acknowledge(alarm.id)}>{t('trouble.understood')}</Button>}>
      {withoutOverrides(asSentence(alarm.text))}
    </Bar>
  );
}
