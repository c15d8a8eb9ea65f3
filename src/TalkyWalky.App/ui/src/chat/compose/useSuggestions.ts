import { useEffect, useMemo, useState } from 'react';
import { emojiData, type NamedEmoji } from '../../api/emoji';
import type { ConversationKey, Person } from '../../api/types';
import { isRoomKey, nameOfKey, read, useStore } from '../../store';
import { useLanguage } from '../../text';
import { emojiSuggestions, nameSuggestions, type Suggestion, type Wanted } from './completion';

/** Emoji with their names, once somebody asked for them. */
export function useEmoji(asked: boolean): readonly NamedEmoji[] | null {
  const language = useLanguage();
  const [emojis, setEmojis] = useState<readonly NamedEmoji[] | null>(null);
  useEffect(() => {
    if (!asked) return;
    let ended = false;
    void emojiData(language).then((data) => ended || setEmojis(data.emojis));
    return () => {
      ended = true;
    };
  }, [asked, language]);
  return emojis;
}

export function useSuggestions(id: ConversationKey, wanted: Wanted | null, emojis: readonly NamedEmoji[] | null): readonly Suggestion[] {
  const members = useStore((state) => (isRoomKey(id) ? state.members.get(nameOfKey(id))?.list : undefined));
  const tone = useStore((state) => state.settings?.skinTone ?? 0);
  const sign = wanted?.sign;
  const text = wanted?.text;
  return useMemo(() => {
    if (text === undefined) return [];
    if (sign === ':') return emojis ? emojiSuggestions(emojis, text, tone) : [];
    const { people, app } = read();
    const usernames = members?.map((member) => member.username) ?? (isRoomKey(id) ? [] : [nameOfKey(id)]);
    const persons = usernames
      .filter((username) => username !== app?.self?.username)
      .map((username): Person => people.get(username) ?? { user: '', username, fullName: '', presence: 'unknown', lastSeen: null, name: null });
    return nameSuggestions(persons, text);
  }, [id, sign, text, emojis, tone, members]);
}
