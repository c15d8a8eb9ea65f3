import { useState, type DragEvent } from 'react';
import type { ConversationKey } from '../../api/types';
import { attach } from '../../store';

const holdsFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');

/** Takes files that are dropped on an element, which gets the handlers. */
export function useFileDrop(id: ConversationKey, isWelcome: boolean) {
  const [isOver, setOver] = useState(false);
  const handlers = isWelcome && {
    onDragOver: (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    },
    onDragLeave: (event: DragEvent) => {
      // Into a part of it is not out of it.
      if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      setOver(false);
      if (!holdsFiles(event)) return;
      event.preventDefault();
      void attach(id, [...event.dataTransfer.files]);
    },
  };
  return { isOver, handlers: handlers || {} };
}
