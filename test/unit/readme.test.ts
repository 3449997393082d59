import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: {
      readonly commandPalette: readonly { readonly command: string; readonly when: string }[];
    };
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly default: unknown }>>;
    };
  };
  readonly scripts: Readonly<Record<string, string>>;
}

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const readme = read('README.md');
const { contributes, scripts } = JSON.parse(read('package.json')) as Manifest;

/** The rest of each line of a table whose first cell is the text. */
function rowsOf(first: string): string[] {
  return readme
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells[1] === first)
    .map((cells) => cells.slice(2, -1).join(' | '));
}

/** What GitHub and the Marketplace make of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

describe('the README', () => {
  it('lists every command once, and marks those of a row only', () => {
    const from = readme.indexOf('<summary>Every command</summary>');
    const table = readme.slice(from, readme.indexOf('</details>', from));
    const listed = [...table.matchAll(/^\|[^|]+\|([^|]+)\|$/gm)]
      .slice(2)
      .flatMap((match) => (match[1] ?? '').split(' · ').map((title) => title.trim()));
    const hidden = contributes.menus.commandPalette.filter((item) => item.when === 'false');
    const ofRows = new Set(hidden.map((item) => item.command));
    const titles = contributes.commands.map(({ command, title }) =>
      ofRows.has(command) ? `${title}°` : title,
    );
    assert.deepEqual(listed.sort(), titles.sort());
  });

  it('names no command that there is not', () => {
    const titles = contributes.commands.map(({ title }) => title);
    const named = [...readme.matchAll(/\*\*STS: ([^*]+)\*\*/g)].map((match) => match[1] ?? '');
    assert.ok(named.length > 20);
    assert.deepEqual(
      named.filter((title) => title !== '…' && !titles.includes(title)),
      [],
    );
  });

  for (const [name, { default: value }] of Object.entries(contributes.configuration.properties)) {
    it(`says in one row of a table what ${name} does, and its default`, () => {
      const rows = rowsOf(`\`${name}\``);
      assert.equal(rows.length, 1);
      const shown =
        Array.isArray(value) && value.length > 0
          ? `${String(value.length)} names`
          : `\`${typeof value === 'string' && value !== '' ? value : JSON.stringify(value)}\``;
      assert.ok(rows[0]?.startsWith(`${shown} | `), `${rows[0] ?? ''} begins with ${shown}`);
    });
  }

  it('names no setting that there is not', () => {
    const named = new Set([...readme.matchAll(/\bstsSessions\.\w+/g)].map(([name]) => name));
    const known = Object.keys(contributes.configuration.properties);
    assert.deepEqual(
      [...named].filter((name) => !known.includes(name)),
      [],
    );
  });

  it('names only tests, files and pictures that there are', () => {
    const paths = [
      ...[...readme.matchAll(/`((?:test|src)\/[\w./-]+)`/g)].map((match) => match[1] ?? ''),
      ...[...readme.matchAll(/\]\(((?!https?:|#)[^)]+)\)/g)].map((match) => match[1] ?? ''),
    ];
    assert.ok(paths.length > 20);
    assert.deepEqual(
      paths.filter((path) => !existsSync(new URL(path, root))),
      [],
    );
  });

  it('leads to headings that there are', () => {
    const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? ''));
    const links = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1] ?? '');
    assert.deepEqual(
      links.filter((link) => !headings.includes(link)),
      [],
    );
  });

  it('names only scripts that there are', () => {
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? '');
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
    );
  });

  it('shows other extensions a program that the compiler has seen', () => {
    const shown = /```ts\n([^]*?)```/.exec(readme)?.[1];
    // It is compiled with everything else; only the place of our types differs for whoever copies them.
    assert.equal(shown, read('test/companion/readmeExample.ts').replace('../../src/api.ts', './api.ts'));
  });
});
