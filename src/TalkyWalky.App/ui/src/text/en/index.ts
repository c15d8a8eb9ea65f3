import { chat } from './chat';
import { common } from './common';
import { rooms } from './rooms';
import { settings } from './settings';
import { start } from './start';

export const en = { ...common, ...start, ...chat, ...rooms, ...settings };
