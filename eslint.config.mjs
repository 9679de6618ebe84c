import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Imports go one way: core <- server, core <- runner, core+runner <- client, core+server+runner <- cli. */
const forbidden = {
  core: [
    'vscode',
    'vscode-*',
    '#server/*',
    '#runner/*',
    '#cli/*',
    '#client/*',
    '#support/*',
    'fs',
    'node:fs',
    'node:fs/*',
    'fs/*',
    'child_process',
    'node:child_process',
  ],
  server: [
    'vscode',
    'vscode-languageclient',
    'vscode-languageclient/*',
    '#runner/*',
    '#cli/*',
    '#client/*',
    '#support/*',
    'child_process',
    'node:child_process',
  ],
  runner: ['vscode', 'vscode-*', '#server/*', '#cli/*', '#client/*', '#support/*'],
  client: ['vscode-languageserver', 'vscode-languageserver/*', '#server/*', '#cli/*', '#support/*'],
  cli: ['vscode', 'vscode-languageclient', 'vscode-languageclient/*', '#client/*', '#support/*'],
};

/** Inside the server, analysis, checks and features are plain functions; files are read by kernel/ and headers/ alone. */
const pureServer = ['fs', 'node:fs', 'node:fs/*', 'fs/*'];

const noModuleState = {
  selector:
    'Program > VariableDeclaration[kind="let"], Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]',
  message: 'No module-level mutable state: two servers must be able to live in one process.',
};

const room = (name, extra = []) => ({
  files: [`${name}/src/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: [...forbidden[name], ...extra],
            message: `${name}/ may not import this (see docs/architecture.md).`,
          },
        ],
      },
    ],
  },
});

export default tseslint.config(
  {
    ignores: [
      'dist',
      '.tsbuild',
      '.cache',
      'node_modules',
      '**/*.generated.ts',
      'test/**/fixtures',
      'test/e2e/runner',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 500 }],
      'no-restricted-syntax': ['error', noModuleState],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/prefer-nullish-coalescing': [
        'error',
        { ignorePrimitives: { boolean: true, string: true } },
      ],
      eqeqeq: 'error',
    },
  },
  ...Object.keys(forbidden).map((name) => room(name)),
  {
    files: ['server/src/{analysis,checks,features,generate}/**/*.ts'],
    ...{ rules: room('server', pureServer).rules },
  },
  {
    files: ['**/*.mjs', '**/*.js', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
      },
    },
    rules: { 'max-lines': ['error', { max: 500 }] },
  },
);
