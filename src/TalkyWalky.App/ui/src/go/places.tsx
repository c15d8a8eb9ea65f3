import { Download, Eraser, Hash, Keyboard, Languages, LogOut, MessageSquarePlus, MonitorSmartphone, Palette, Power, QrCode, Rows3, Settings, SquarePlus } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ConversationKey, Theme } from '../api/types';
import { shownName } from '../chat/names';
import { plainName } from '../chat/text/names';
import { openDialog, type Dialog } from '../dialogs/open';
import { Avatar } from '../parts/Avatar';
import { fold, type Searchable } from '../parts/match';
import { themeNames } from '../settings/themeNames';
import { changeSettings, openConversation, type Store } from '../store';
import { t } from '../text';
import { looks } from '../theme/themes';

/** Something to go to or to do. */
export interface Place extends Searchable {
  id: string;
  icon: ReactNode;
  name: string;
  /** Beside the name, muted: a username, what kind it is. */
  about: string;
  unread: number;
  go: () => void;
}

/** Those last written in first, then everybody, then the commands. */
export function placesOf(state: Store): Place[] {
  const talks = [...rooms(state), ...people(state)];
  const recent = new Map([...state.conversations].map(([key, conversation]) => [`go ${key}`, conversation.last?.sentAt ?? '']));
  const sentAt = (place: Place) => recent.get(place.id) ?? '';
  return [...talks.sort((a, b) => sentAt(b).localeCompare(sentAt(a))), ...commands(state)];
}

function talk(state: Store, key: ConversationKey, name: string, about: string, icon: ReactNode, more: string): Place {
  return {
    id: `go ${key}`,
    icon,
    name,
    about,
    keys: [name, about, more].map(fold),
    unread: state.conversations.get(key)?.unread ?? 0,
    go: () => void openConversation(key),
  };
}

function rooms(state: Store): Place[] {
  return [...state.rooms.values()]
    .filter((room) => room.own !== 'none')
    .map((room) => talk(state, `room/${room.room}`, plainName(room.name), t('go.room'), <Hash />, room.topic));
}

function people(state: Store): Place[] {
  const self = state.app?.self?.username;
  return [...state.people.values()]
    .filter((person) => person.username !== self)
    .map((person) => {
      const name = shownName(person, person.username);
      return talk(state, `person/${person.username}`, name, person.username, <Avatar name={name} of={person.username} size="s" />, person.fullName);
    });
}

function commands(state: Store): Place[] {
  const command = (name: string, icon: ReactNode, go: () => void): Place => ({
    id: `do ${name}`,
    icon,
    name,
    about: t('go.command'),
    keys: [fold(name)],
    unread: 0,
    go,
  });
  const dialog = (name: string, icon: ReactNode, wanted: Dialog) => command(name, icon, () => openDialog(wanted));
  const paint = (theme: Theme) =>
    command(t('go.theme', { theme: t(themeNames[theme]) }), <Palette />, () => void changeSettings({ theme }));
  return [
    dialog(t('people.new.title'), <MessageSquarePlus />, { kind: 'newMessage' }),
    dialog(t('rooms.create.title'), <SquarePlus />, { kind: 'createRoom' }),
    dialog(t('rooms.browse.title'), <Rows3 />, { kind: 'browseRooms' }),
    dialog(t('settings.title'), <Settings />, { kind: 'settings' }),
    dialog(t('settings.devices.title'), <MonitorSmartphone />, { kind: 'settings', tab: 'devices' }),
    dialog(t('settings.language.choose'), <Languages />, { kind: 'settings', tab: 'language' }),
    dialog(t('shortcuts.title'), <Keyboard />, { kind: 'shortcuts' }),
    dialog(t('link.title'), <QrCode />, { kind: 'joinLink' }),
    ...(state.open ? [dialog(t('go.saveLog'), <Download />, { kind: 'saveLog', conversation: state.open })] : []),
    dialog(t('clear.all.go'), <Eraser />, { kind: 'clearHistory', conversation: null }),
    ...(['system', ...looks] as const).map(paint),
    dialog(t('logout.go'), <LogOut />, { kind: 'logout' }),
    dialog(t('quit.go'), <Power />, { kind: 'quit' }),
  ];
}
