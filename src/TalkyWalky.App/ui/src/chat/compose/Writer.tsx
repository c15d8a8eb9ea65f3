import { Eye, PencilLine, SendHorizontal } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import type { ConversationKey } from '../../api/types';
import { isCovered } from '../../dialogs/open';
import { IconButton } from '../../parts/IconButton';
import { attach, flushDraft, read, sendAll, tellTyping, useStore, writeDraft } from '../../store';
import { t, useLanguage } from '../../text';
import { useConversationName, useKnownNames } from '../conversation';
import { MessageBody } from '../talk/MessageBody';
import { AttachButton } from './AttachButton';
import { AttachedFiles } from './AttachedFiles';
import { finishedCode, wantedAt, type Suggestion, type Wanted } from './completion';
import { EmojiButton } from './EmojiButton';
import { pastedFiles, replaceText, toggleMarks } from './insert';
import { fullnessOf } from './length';
import { optionId, Suggestions } from './Suggestions';
import { useEmoji, useSuggestions } from './useSuggestions';
import { useGrowing } from './useGrowing';
import styles from './Writer.module.css';

export function Writer({ id }: { id: ConversationKey }) {
  useLanguage();
  const field = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const text = useStore((state) => state.drafts.get(id) ?? '');
  const tone = useStore((state) => state.settings?.skinTone ?? 0);
  const name = useConversationName(id);
  const known = useKnownNames(id);
  const [preview, setPreview] = useState(false);
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [active, setActive] = useState(0);
  const emojis = useEmoji(text.includes(':'));
  const suggestions = useSuggestions(id, wanted, emojis);
  const isOpen = suggestions.length > 0;
  const full = fullnessOf(text);
  const hasFiles = useStore((state) => state.attached.has(id));
  const isReady = (text.trim() !== '' || hasFiles) && (full ?? 0) <= 100;
  useGrowing(field, text);

  useEffect(() => {
    // A conversation that opens late, at the start, takes nothing from who is in a menu already.
    if (!preview && !isCovered()) field.current?.focus({ preventScroll: true });
  }, [preview]);

  useEffect(() => {
    const flush = () => flushDraft(id);
    document.addEventListener('visibilitychange', flush);
    return () => {
      document.removeEventListener('visibilitychange', flush);
      flush();
    };
  }, [id]);

  const onChange = (event: React.ChangeEvent<HTMLTextAreaElement>) => {
    const { value, selectionStart } = event.target;
    writeDraft(id, value);
    if (value.trim()) tellTyping(id);
    setWanted(wantedAt(value, selectionStart));
    setActive(0);
    const finished = value.length > text.length && emojis ? finishedCode(emojis, value, selectionStart, tone) : null;
    if (finished) {
      const element = event.target;
      // After React took this change in.
      queueMicrotask(() => replaceText(element, finished.at, selectionStart, finished.emoji));
    }
  };

  const choose = (suggestion: Suggestion) => {
    if (!field.current || !wanted) return;
    replaceText(field.current, wanted.at, wanted.at + 1 + wanted.text.length, suggestion.insert);
    setWanted(null);
  };

  const submit = () => {
    if (!isReady) return;
    setPreview(false);
    setWanted(null);
    void sendAll(id, text.trim());
    field.current?.focus();
  };

  const onSuggestionKey = (event: React.KeyboardEvent): boolean => {
    const count = suggestions.length;
    if (event.key === 'ArrowDown') setActive((active + 1) % count);
    else if (event.key === 'ArrowUp') setActive((active + count - 1) % count);
    else if (event.key === 'Escape') setWanted(null);
    else if (event.key === 'Enter' || event.key === 'Tab') choose(suggestions[active]!);
    else return false;
    return true;
  };

  const onPaste = (event: React.ClipboardEvent) => {
    const files = pastedFiles(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    void attach(id, files);
  };

  const focus = () => field.current?.focus();

  const onKey = (event: React.KeyboardEvent<HTMLTextAreaElement>) => {
    // Enter that ends a composition of an input method belongs to it; Safari says so by the key code alone.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    const isPlain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
    const isCommand = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (isPlain && isOpen && onSuggestionKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'Enter' && isPlain) {
      event.preventDefault();
      submit();
    } else if (event.key === 'ArrowUp' && isPlain && text === '') {
      const unsent = read().windows.get(id)?.items.findLast((item) => item.mine && item.state === 'failed' && !item.file);
      if (!unsent) return;
      event.preventDefault();
      writeDraft(id, unsent.text);
    } else if (isCommand && (event.key === 'b' || event.key === 'i')) {
      event.preventDefault();
      toggleMarks(event.currentTarget, event.key === 'b' ? '**' : '*');
    }
  };

  return (
    <div className={styles.around}>
      <AttachedFiles id={id} onDetached={focus} />
      <div className={styles.writer}>
        {isOpen && <Suggestions id={listId} suggestions={suggestions} active={active} onChoose={choose} />}
        {preview ? (
          <div className={styles.preview} tabIndex={0} role="region" aria-label={t('compose.preview')}>
            <MessageBody text={text} known={known} />
          </div>
        ) : (
          <textarea
            ref={field}
            rows={1}
            dir="auto"
            className={styles.field}
            value={text}
            placeholder={t('compose.placeholder', { name })}
            aria-label={t('compose.label', { name })}
            aria-autocomplete="list"
            aria-controls={isOpen ? listId : undefined}
            aria-activedescendant={isOpen ? optionId(listId, active) : undefined}
            aria-describedby={`${listId}-hint`}
            onChange={onChange}
            onKeyDown={onKey}
            onPaste={onPaste}
            onSelect={(event) => setWanted(wanted && wantedAt(event.currentTarget.value, event.currentTarget.selectionStart))}
            onBlur={() => {
              setWanted(null);
              flushDraft(id);
            }}
          />
        )}
        <div className={styles.tools}>
          <AttachButton id={id} onAttached={focus} />
          <EmojiButton
            onEmoji={(emoji) => {
              const element = field.current;
              if (element) replaceText(element, element.selectionStart, element.selectionEnd, emoji);
              else writeDraft(id, text + emoji);
            }}
          />
          <IconButton label={preview ? t('compose.write') : t('compose.preview')} pressed={preview} disabled={text.trim() === ''} onClick={() => setPreview(!preview)}>
            {preview ? <PencilLine /> : <Eye />}
          </IconButton>
          <IconButton className={styles.send} label={t('compose.send')} shortcut="Enter" aria-disabled={!isReady} onClick={submit}>
            <SendHorizontal />
          </IconButton>
        </div>
      </div>
      <span id={`${listId}-hint`} className="visually-hidden">
        {t('compose.hint')}
      </span>
      {full !== null && (
        <p className={full > 100 ? styles.tooLong : styles.left} role="status">
          {full > 100 ? t('compose.tooLong', { percent: full }) : t('compose.full', { percent: full })}
        </p>
      )}
    </div>
  );
}
