import { useEffect } from 'react';
import { ChangePasswordDialog, RevokeAddedDialog } from '../chat/RevokeAddedDialog';
import { DirectDialog } from '../direct/DirectDialog';
import { JoinLinkDialog } from '../go/JoinLinkDialog';
import { LogoutDialog } from '../go/LogoutDialog';
import { QuitDialog } from '../go/QuitDialog';
import { ShortcutsDialog } from '../go/ShortcutsDialog';
import { SwitcherDialog } from '../go/SwitcherDialog';
import { ClearHistoryDialog } from '../history/ClearHistoryDialog';
import { SaveLogDialog } from '../history/SaveLogDialog';
import { AddPeopleDialog } from '../rooms/AddPeopleDialog';
import { BrowseRoomsDialog } from '../rooms/BrowseRoomsDialog';
import { CreateRoomDialog } from '../rooms/CreateRoomDialog';
import { EndRoomDialog } from '../rooms/EndRoomDialog';
import { NewMessageDialog } from '../rooms/NewMessageDialog';
import { RoomSettingsDialog } from '../rooms/RoomSettingsDialog';
import { SettingsDialog } from '../settings/SettingsDialog';
import { closeDialog, useDialog } from './open';
import { useFocusBack } from './useFocusBack';

/** The one that lies over the app, if any. */
export function Dialogs() {
  const dialog = useDialog((state) => state.dialog);
  useFocusBack();
  // What lay over the chat goes with it: the question that logged out is not asked again after the next log-in.
  useEffect(() => closeDialog, []);
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'settings':
      return <SettingsDialog first={dialog.tab ?? 'name'} />;
    case 'switcher':
      return <SwitcherDialog />;
    case 'shortcuts':
      return <ShortcutsDialog />;
    case 'newMessage':
      return <NewMessageDialog />;
    case 'createRoom':
      return <CreateRoomDialog />;
    case 'browseRooms':
      return <BrowseRoomsDialog />;
    case 'addPeople':
      return <AddPeopleDialog id={dialog.room} />;
    case 'roomSettings':
      return <RoomSettingsDialog id={dialog.room} />;
    case 'leaveRoom':
      return <EndRoomDialog id={dialog.room} forEverybody={false} />;
    case 'closeRoom':
      return <EndRoomDialog id={dialog.room} forEverybody />;
    case 'saveLog':
      return <SaveLogDialog conversation={dialog.conversation} />;
    case 'clearHistory':
      return <ClearHistoryDialog conversation={dialog.conversation} />;
    case 'direct':
      return <DirectDialog key={dialog.username} username={dialog.username} />;
    case 'revokeAdded':
      return <RevokeAddedDialog alarm={dialog.alarm} added={dialog.added} />;
    case 'changePassword':
      return <ChangePasswordDialog device={dialog.device} />;
    case 'joinLink':
      return <JoinLinkDialog />;
    case 'logout':
      return <LogoutDialog />;
    case 'quit':
      return <QuitDialog />;
  }
}
