import MarkdownIt, { type MarkdownIt as Markdown, type Token } from 'markdown-it';

interface Environment extends Record<string, unknown> {
  /** Usernames whose mention is marked. */
  known: ReadonlySet<string>;
}

const allowedLink = /^(?:https?:\/\/|mailto:)/i;

/** What is linked without a scheme; every country's domain would make links of main.py and README.md. */
const bareDomains = ['com', 'org', 'net', 'edu', 'gov', 'int', 'info', 'eu', 'io', 'dev', 'fr', 'de', 'uk', 'ch', 'be', 'ca', 'nl', 'lu'];

const mention = /(^|[^\w@/.-])@([\w](?:[\w.-]{0,62}[\w])?)/g;

export const markdown = make();

function make(): Markdown {
  const it = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false });
  // Off: pictures (nothing is loaded from outside), and what turns ordinary lines into something else: headings from "# lab" and "---", code from
  // leading blanks, definitions of links, which vanish.
  it.disable(['image', 'heading', 'lheading', 'hr', 'code', 'reference', 'entity', 'html_block', 'html_inline']);
  it.validateLink = (url) => allowedLink.test(url.trim());
  it.linkify.set({ fuzzyIP: false, fuzzyEmail: true, fuzzyLink: true }).tlds(bareDomains).add('ftp:', null).add('//', null);
  const { rules } = it.renderer;
  rules.fence = (tokens, index) => `<pre dir="ltr"><code>${it.utils.escapeHtml(tokens[index]!.content)}</code></pre>`;
  rules.link_open = (tokens, index, options, _env, self) => {
    const token = tokens[index]!;
    token.attrSet('target', '_blank');
    token.attrSet('rel', 'noopener noreferrer');
    token.attrSet('title', token.attrGet('href') ?? '');
    return self.renderToken(tokens, index, options);
  };
  for (const rule of ['paragraph_open', 'blockquote_open', 'list_item_open', 'th_open', 'td_open'] as const) {
    rules[rule] = (tokens, index, options, _env, self) => {
      tokens[index]!.attrSet('dir', 'auto');
      return self.renderToken(tokens, index, options);
    };
  }
  it.core.ruler.push('disclose', (state) => {
    for (const block of state.tokens) if (block.children) block.children = disclose(block.children, state.Token);
  });
  it.core.ruler.push('mention', (state) => {
    for (const block of state.tokens) {
      if (block.children) block.children = block.children.flatMap((token) => split(token, (state.env as unknown as Environment).known, state.Token));
    }
  });
  return it;
}

type TokenClass = new (type: string, tag: string, nesting: -1 | 0 | 1) => Token;

/** A link whose text looks like another address is followed by the host where it really goes. */
function disclose(tokens: Token[], TokenOf: TokenClass): Token[] {
  const result: Token[] = [];
  let open: Token | null = null;
  let text = '';
  for (const token of tokens) {
    result.push(token);
    if (token.type === 'link_open') {
      open = token;
      text = '';
    } else if (token.type === 'link_close' && open) {
      const host = hostOf(String(open.attrGet('href') ?? ''));
      if (open.markup === '' && host && !text.includes(host) && /\w\.\w|:\/\//.test(text)) result.push(textToken(` (${host})`, TokenOf));
      open = null;
    } else {
      text += token.content;
    }
  }
  return result;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

function textToken(content: string, TokenOf: TokenClass): Token {
  const token = new TokenOf('text', '', 0);
  token.content = content;
  return token;
}

function split(token: Token, known: ReadonlySet<string>, TokenOf: TokenClass): Token[] {
  if (token.type !== 'text' || !token.content.includes('@')) return [token];
  const parts: Token[] = [];
  let done = 0;
  for (const match of token.content.matchAll(mention)) {
    const [, before, name] = match;
    if (!known.has(name!.toLowerCase())) continue;
    const at = match.index + before!.length;
    const open = new TokenOf('mention_open', 'span', 1);
    open.attrSet('class', 'mention');
    parts.push(textToken(token.content.slice(done, at), TokenOf), open, textToken(`@${name}`, TokenOf), new TokenOf('mention_close', 'span', -1));
    done = at + name!.length + 1;
  }
  return [...parts, textToken(token.content.slice(done), TokenOf)];
}
