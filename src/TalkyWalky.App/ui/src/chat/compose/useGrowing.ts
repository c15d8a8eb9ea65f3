import { useLayoutEffect } from 'react';

/** Makes a text field as high as its text where CSS cannot (field-sizing). */
export function useGrowing(fieldRef: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = fieldRef.current;
    if (!element || CSS.supports('field-sizing', 'content')) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [fieldRef, text]);
}
