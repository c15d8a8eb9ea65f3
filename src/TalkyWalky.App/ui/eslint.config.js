import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const words = '/\\p{L}{2}/u';

const syntax = [
  { selector: `JSXText[value=${words}]`, message: 'Text comes from the catalogue: t(...).' },
  {
    selector: `JSXAttribute[name.name=/^(aria-label|aria-description|title|placeholder|alt|label|hint|about)$/] > Literal[value=${words}]`,
    message: 'Text comes from the catalogue: t(...).',
  },
  { selector: "CallExpression[callee.name='fetch']", message: 'Only src/api asks the program.' },
];

const html = { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Only MessageBody sets HTML, which DOMPurify cleaned.' };

export default tseslint.config(
  { ignores: ['dist', 'node_modules'] },
  tseslint.configs.strict,
  reactHooks.configs.flat.recommended,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Every promise has an owner, or says "void" that it has none.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // An index that was just checked or counted; noUncheckedIndexedAccess asks for the mark.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Calls of the API that answer nothing: call<void>('POST', ...).
      '@typescript-eslint/no-invalid-void-type': 'off',
      'no-restricted-syntax': ['error', ...syntax, html],
    },
  },
  { files: ['src/chat/talk/MessageBody.tsx'], rules: { 'no-restricted-syntax': ['error', ...syntax] } },
  { files: ['src/api/**', 'src/**/*.test.tsx'], rules: { 'no-restricted-syntax': 'off' } },
);
