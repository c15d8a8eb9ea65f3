import { Check, Search } from 'lucide-react';
import { RadioGroup } from 'radix-ui';
import { useCallback, useState } from 'react';
import { api } from '../api/calls';
import { TextField } from '../parts/TextField';
import { useAsked } from '../parts/useAsked';
import { Waiting } from '../parts/Waiting';
import { t } from '../text';
import styles from './FontPicker.module.css';

/** A value that no family has. */
const bundled = '';

/** The families of this computer, each written in itself. */
export function FontPicker({ family, onChange }: { family: string | null; onChange: (family: string | null) => void }) {
  const [fonts, setFonts] = useState<readonly string[]>([]);
  const [query, setQuery] = useState('');
  const asked = useAsked(useCallback(async () => setFonts(await api.fonts()), []));
  const wanted = query.trim().toLocaleLowerCase();
  const shown = fonts.filter((font) => font.toLocaleLowerCase().includes(wanted));
  return (
    <div className={styles.picker}>
      <TextField label={t('settings.font.family')} icon={<Search />} value={query} onChange={setQuery} placeholder={t('settings.font.search')} maxLength={100} />
      <RadioGroup.Root
        className={styles.list}
        aria-label={t('settings.font.family')}
        value={family ?? bundled}
        onValueChange={(next) => onChange(next === bundled ? null : next)}
      >
        {wanted === '' && <Row value={bundled} label={t('settings.font.bundled')} />}
        {shown.map((font) => (
          <Row key={font} value={font} label={font} />
        ))}
        {wanted !== '' && shown.length === 0 && !asked.waiting && !asked.trouble && <p className={styles.none}>{t('settings.font.none')}</p>}
      </RadioGroup.Root>
      <Waiting asked={asked} />
    </div>
  );
}

function Row({ value, label }: { value: string; label: string }) {
  return (
    <RadioGroup.Item value={value} className={styles.row} style={{ fontFamily: value === bundled ? "'Inter Variable'" : JSON.stringify(value) }}>
      <span className={styles.mark}>
        <RadioGroup.Indicator>
          <Check />
        </RadioGroup.Indicator>
      </span>
      {label}
    </RadioGroup.Item>
  );
}
