import { useRef } from 'react';
import { changeSettings, change, read, useStore } from '../../store';
import { t } from '../../text';
import styles from './Resizer.module.css';

const narrowest = 200;
const widest = 480;
const step = 16;

const bounded = (width: number) => Math.round(Math.min(widest, Math.max(narrowest, width)));

/** Between the list and the conversation: dragged, or moved by the arrows. Kept in the settings. */
export function Resizer() {
  const width = useStore((state) => state.settings?.sidebarWidth ?? 264);
  const drag = useRef<{ from: number; width: number } | null>(null);
  const show = (next: number) => {
    const { settings } = read();
    if (settings) change({ settings: { ...settings, sidebarWidth: bounded(next) } });
  };
  const keep = (next: number) => void changeSettings({ sidebarWidth: bounded(next) });
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t('main.resize')}
      aria-valuenow={width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      className={styles.resizer}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { from: event.clientX, width };
      }}
      onPointerMove={(event) => drag.current && show(drag.current.width + event.clientX - drag.current.from)}
      onLostPointerCapture={() => {
        drag.current = null;
        keep(width);
      }}
      onKeyDown={(event) => {
        if (event.altKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
        event.preventDefault();
        keep(width + (event.key === 'ArrowRight' ? step : -step));
      }}
    />
  );
}
