import type { Translation } from '../catalogue';
import type { common as english } from '../en/common';

export const common: Translation<typeof english> = {
  'app.name': 'TalkyWalky',
  'cancel': 'Annuler',
  'close': 'Fermer',
  'save': 'Enregistrer',
  'copied': 'Copié',
  'copy.refused': 'Le navigateur n’a pas permis de copier. Sélectionnez le texte et copiez-le avec le clavier.',
  'tryAgain': 'Réessayer',
  'dismiss': 'Masquer',
  'optional': 'facultatif',
  'loading': 'Chargement',
  'password.show': 'Afficher le mot de passe',
  'password.hide': 'Masquer le mot de passe',
  'unreachable': 'TalkyWalky ne répond pas. S’il ne revient pas, relancez-le avec : talkywalky open',

  'key.enter': 'Entrée',
  'key.shift': 'Maj',
  'key.escape': 'Échap',
  'key.tab': 'Tab',

  'presence.online': 'En ligne',
  'presence.away': 'Absent',
  'presence.offline': 'Hors ligne',
  'presence.unknown': 'Présence inconnue',

  'when.today': 'Aujourd’hui',
  'when.yesterday': 'Hier',
  'when.justNow': 'à l’instant',
};
