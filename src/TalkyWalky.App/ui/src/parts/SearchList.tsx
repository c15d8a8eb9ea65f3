import { Search } from 'lucide-react';
import { useDeferredValue, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import styles from './SearchList.module.css';
import { TextField } from './TextField';

interface Props<T> {
  label: string;
  placeholder?: string;
  /** The best first. The same function while nothing but the query changes. */
  find: (query: string) => readonly T[];
  keyOf: (item: T) => string;
  render: (item: T) => ReactNode;
  /** Enter or a click. */
  onPick: (item: T) => void;
  /** Those chosen, where several can be. */
  chosen?: ReadonlySet<string>;
  /** Instead of items when there are none. */
  empty: (query: string) => ReactNode;
  /** Said below the list when more was found than is shown. */
  moreText: (left: number) => string;
}

/** So many rows are made; who looks for one of thousands types another letter. */
const mostShown = 60;

/** A field and what it finds, worked by the arrows and Enter without leaving the field (WAI-ARIA combobox). */
export function SearchList<T>({ label, placeholder, find, keyOf, render, onPick, chosen, empty, moreText }: Props<T>) {
  const id = useId();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  // Typing goes on while thousands are searched.
  const searched = useDeferredValue(query);
  const items = useMemo(() => find(searched), [find, searched]);
  const shown = items.slice(0, mostShown);
  const active = Math.min(at, shown.length - 1);

  useEffect(() => {
    list.current?.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest' });
  }, [active, searched]);

  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && !event.altKey && shown.length > 0) {
      event.preventDefault();
      setAt((active + step + shown.length) % shown.length);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      // What was typed counts, not what is shown still.
      const item = (searched === query ? shown : find(query))[Math.max(active, 0)];
      if (item) onPick(item);
    }
  };

  return (
    <div className={styles.search}>
      <TextField
        label={label}
        hideLabel
        icon={<Search />}
        placeholder={placeholder ?? label}
        value={query}
        onChange={(next) => {
          setAt(0);
          setQuery(next);
        }}
        onKeyDown={onKey}
        maxLength={100}
        spellCheck={false}
        autoFocus
        role="combobox"
        aria-expanded={shown.length > 0}
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
      />
      {shown.length === 0 && <div className={styles.empty}>{empty(searched.trim())}</div>}
      <ul
        ref={list}
        id={`${id}-list`}
        className={styles.list}
        role="listbox"
        aria-label={label}
        aria-multiselectable={chosen !== undefined}
        hidden={shown.length === 0}
        // The field keeps the focus.
        onMouseDown={(event) => event.preventDefault()}
      >
        {shown.map((item, index) => (
          <li
            key={keyOf(item)}
            id={`${id}-${index}`}
            className={styles.item}
            role="option"
            aria-selected={chosen ? chosen.has(keyOf(item)) : index === active}
            data-active={index === active ? '' : undefined}
            onPointerMove={() => index !== active && setAt(index)}
            onClick={() => onPick(item)}
          >
            {render(item)}
          </li>
        ))}
      </ul>
      {items.length > shown.length && <p className={styles.more}>{moreText(items.length - shown.length)}</p>}
    </div>
  );
}
