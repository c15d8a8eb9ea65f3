import { AppWindow, Bell, CircleUser, Eye, Info, Languages, MonitorSmartphone, Palette } from 'lucide-react';
import { useState } from 'react';
import { closeDialog, type SettingsTab } from '../dialogs/open';
import { Dialog } from '../parts/Dialog';
import { Tabs } from '../parts/Tabs';
import { useStore } from '../store';
import { t } from '../text';
import { AboutTab } from './AboutTab';
import { AppearanceTab } from './AppearanceTab';
import { DevicesTab } from './DevicesTab';
import { LanguageTab } from './LanguageTab';
import { NameTab } from './NameTab';
import { NotificationsTab } from './NotificationsTab';
import { PrivacyTab } from './PrivacyTab';
import { WindowTab } from './WindowTab';

export function SettingsDialog({ first }: { first: SettingsTab }) {
  const [tab, setTab] = useState(first);
  const settings = useStore((store) => store.settings);
  const app = useStore((store) => store.app);
  if (!settings || !app) return null;
  return (
    <Dialog title={t('settings.title')} size="l" bare onClose={closeDialog}>
      <Tabs
        label={t('settings.title')}
        value={tab}
        onChange={setTab}
        tabs={[
          { key: 'name', label: t('settings.name'), icon: <CircleUser />, content: <NameTab /> },
          { key: 'appearance', label: t('settings.appearance'), icon: <Palette />, content: <AppearanceTab settings={settings} /> },
          { key: 'window', label: t('settings.window'), icon: <AppWindow />, content: <WindowTab settings={settings} support={app.windowSize} /> },
          { key: 'notifications', label: t('settings.notifications'), icon: <Bell />, content: <NotificationsTab settings={settings} /> },
          { key: 'privacy', label: t('settings.privacy'), icon: <Eye />, content: <PrivacyTab /> },
          { key: 'language', label: t('settings.language'), icon: <Languages />, content: <LanguageTab settings={settings} /> },
          { key: 'devices', label: t('settings.devices'), icon: <MonitorSmartphone />, content: <DevicesTab /> },
          { key: 'about', label: t('settings.about'), icon: <Info />, content: <AboutTab app={app} /> },
        ]}
      />
    </Dialog>
  );
}
