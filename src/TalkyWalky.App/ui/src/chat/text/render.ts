import DOMPurify from 'dompurify';
import { markdown } from './markdown';
import { withoutOverrides } from './names';

const mostKept = 2000;

const allowed = {
  ALLOWED_TAGS: ['p', 'br', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a', 'span', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ALLOWED_ATTR: ['href', 'title', 'target', 'rel', 'dir', 'class', 'start'],
  // DOMPurify holds every other attribute against the rule for addresses.
  ADD_URI_SAFE_ATTR: ['title', 'target', 'rel', 'dir', 'class', 'start'],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
};

const kept = new WeakMap<ReadonlySet<string>, Map<string, string>>();

/** Markdown as HTML that is safe to set. `known` holds the usernames, in lower case, whose mention is marked. */
export function render(text: string, known: ReadonlySet<string>): string {
  let ofThese = kept.get(known);
  if (!ofThese) kept.set(known, (ofThese = new Map()));
  const before = ofThese.get(text);
  if (before !== undefined) return before;
  // markdown-it escapes all of the text already; what it lets through by a mistake stops here.
  const html = DOMPurify.sanitize(markdown.render(withoutOverrides(text), { known }), allowed);
  if (ofThese.size >= mostKept) ofThese.delete(ofThese.keys().next().value!);
  ofThese.set(text, html);
  return html;
}
