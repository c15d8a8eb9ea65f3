import { useGone } from './app/useGone';
import { useLook } from './app/useLook';
import { useNotifications } from './app/useNotifications';
import { useTitle } from './app/useTitle';
import { Main } from './chat/Main';
import { Dialogs } from './dialogs/Dialogs';
import { Toaster } from './parts/Toaster';
import { TooltipProvider } from './parts/TooltipProvider';
import { Entrance } from './start/Entrance';
import { Outside } from './start/Outside';
import { dismissToast, useStore } from './store';
import { useLanguage } from './text';

export function App() {
  useLook();
  useLanguage();
  const toasts = useStore((store) => store.toasts);
  return (
    <TooltipProvider>
      <Screen />
      <Toaster toasts={toasts} onDismiss={dismissToast} />
    </TooltipProvider>
  );
}

function Screen() {
  const session = useStore((store) => store.session);
  const app = useStore((store) => store.app);
  const gone = useGone();
  if (session === 'closed') return <Outside why="closed" />;
  if (session === 'none') return <Outside why="used" />;
  if (gone) return <Outside why="gone" />;
  if (!app) return null;
  return app.stage === 'ready' ? <Ready /> : <Entrance app={app} />;
}

/** The chat and what lies over it: made only for who is signed in. */
function Ready() {
  const language = useLanguage();
  useTitle();
  useNotifications();
  return (
    <>
      <Main key={language} />
      <Dialogs />
    </>
  );
}
