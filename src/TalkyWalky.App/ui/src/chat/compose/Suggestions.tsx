import { useEffect, useRef } from 'react';
import { Avatar } from '../../parts/Avatar';
import { t } from '../../text';
import type { Suggestion } from './completion';
import styles from './Suggestions.module.css';

interface Props {
  id: string;
  suggestions: readonly Suggestion[];
  active: number;
  onChoose: (suggestion: Suggestion) => void;
}

export const optionId = (list: string, at: number) => `${list}-${at}`;

/** The focus stays in the text; it points here by aria-activedescendant. */
export function Suggestions({ id, suggestions, active, onChoose }: Props) {
  const chosen = useRef<HTMLDivElement>(null);
  // Newer browsers answer with a promise, which is no end of an effect.
  useEffect(() => void chosen.current?.scrollIntoView({ block: 'nearest' }), [active]);
  return (
    <div className={styles.list} role="listbox" id={id} aria-label={t('compose.suggestions')}>
      {suggestions.map((suggestion, at) => (
        <div
          key={suggestion.insert}
          ref={at === active ? chosen : null}
          id={optionId(id, at)}
          role="option"
          aria-selected={at === active}
          className={styles.option}
          // Before the text loses the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(suggestion);
          }}
        >
          {suggestion.picture ? (
            <span className={styles.emoji} aria-hidden="true">
              {suggestion.picture}
            </span>
          ) : (
            <Avatar name={suggestion.label} of={suggestion.more} size="s" />
          )}
          <bdi>{suggestion.label}</bdi>
          <bdi className={styles.more}>{suggestion.more}</bdi>
        </div>
      ))}
    </div>
  );
}
