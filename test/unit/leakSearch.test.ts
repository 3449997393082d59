import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { useFolder } from '../support/folder.ts';
import {
  isOrComesFrom,
  type ProcessView,
  ProcessWatch,
  readProcesses,
  searchFolder,
  searchProcess,
  showsProcesses,
} from '../support/leakPlaces.ts';
import { describeLeaks, LeakSearch, type Secret } from '../support/leakSearch.ts';
import { describeIf } from '../support/skip.ts';

// With every character that an encoding may change.
const key: Secret = { name: 'the key', value: `EXAMPLEKEY/aB+/0cD=1eF/${random(24)}` };
const token: Secret = { name: 'the token', value: `EXAMPLETOKEN+/${random(300)}==` };
const code: Secret = { name: 'the code', value: '804132' };
const search = new LeakSearch([key, token, code]);

function random(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length);
}

const found = (bytes: string | Uint8Array, by = search): string[] =>
  (typeof bytes === 'string' ? by.inText(bytes, 'here') : by.inBytes(bytes, 'here')).map(
    ({ secret, form }) => `${secret}: ${form}`,
  );
const noise = (text: string | Uint8Array): Buffer =>
  Buffer.concat([randomBytes(5000), Buffer.from(text), randomBytes(5000)]);

describe('the search for leaks', () => {
  it('finds nothing where nothing is', () => {
    assert.deepEqual(found(''), []);
    assert.deepEqual(found(noise('EXAMPLEKEY/ EXAMPLETOKEN+/ 804133')), []);
  });

  const planted: Record<string, [form: string, (value: string) => string | Uint8Array]> = {
    'as it is': ['plain', (value) => value],
    'in UTF-16, little-endian': ['UTF-16', (value) => Buffer.from(value, 'utf16le')],
    'in UTF-16, big-endian': ['UTF-16', (value) => Buffer.from(value, 'utf16le').swap16()],
    'in hexadecimal': ['hexadecimal', (value) => Buffer.from(value).toString('hex')],
    'in upper-case hexadecimal': ['hexadecimal', (value) => Buffer.from(value).toString('hex').toUpperCase()],
    'in Base64': ['Base64', (value) => Buffer.from(value).toString('base64')],
    'in Base64, one byte on': ['Base64', (value) => Buffer.from(`:${value}`).toString('base64')],
    'in Base64, two bytes on': ['Base64', (value) => Buffer.from(`u:${value}`).toString('base64')],
    'in the URL alphabet of Base64': ['Base64', (value) => Buffer.from(value).toString('base64url')],
    'in Base64 in a URL': [
      'Base64',
      (value) => encodeURIComponent(Buffer.from(`u:${value}`).toString('base64')),
    ],
    'in Base64 of UTF-16': ['Base64', (value) => Buffer.from(value, 'utf16le').toString('base64')],
    'in Base64 in UTF-16': [
      'Base64',
      (value) => Buffer.from(Buffer.from(value).toString('base64'), 'utf16le'),
    ],
  };
  for (const [title, [form, write]] of Object.entries(planted)) {
    it(`finds a secret ${title}`, () => {
      for (const secret of [key, token]) {
        assert.deepEqual(found(noise(write(secret.value))), [`${secret.name}: ${form}`]);
      }
    });
  }

  // Of a piece without such a character the plain form is found: this one has one in every piece.
  const special: Secret = { name: 'it', value: 'EXAMPLEKEY/abcde+fghijk/lmnopqr=stuvwxyzA+BC' };
  const escaped: Record<string, (value: string) => string> = {
    'percent-encoded': (value) => encodeURIComponent(value),
    'percent-encoded twice': (value) => encodeURIComponent(encodeURIComponent(value)),
    JSON: (value) =>
      value
        .replaceAll('/', String.raw`\/`)
        .replaceAll('+', String.raw`\u002b`)
        .replaceAll('=', String.raw`\u003D`),
    HTML: (value) => value.replaceAll('/', '&#x2F;').replaceAll('+', '&#43;').replaceAll('=', '&#61;'),
  };
  for (const [form, write] of Object.entries(escaped)) {
    it(`finds a secret with the escapes of ${form}`, () => {
      const text = write(special.value);
      for (const bytes of [Buffer.from(text), Buffer.from(text, 'utf16le')]) {
        assert.ok(found(noise(bytes), new LeakSearch([special])).includes(`it: ${form}`), text);
      }
    });
  }

  const packed: Record<string, (bytes: Buffer) => Uint8Array> = {
    gzip: (bytes) => gzipSync(bytes),
    zlib: (bytes) => deflateSync(bytes),
    Zstandard: (bytes) => zstdCompressSync(bytes),
    zip: (bytes) => zipEntry(bytes),
  };
  for (const [name, pack] of Object.entries(packed)) {
    it(`looks into ${name}`, () => {
      const text = Buffer.from(`${'{"a log line":"that packs well"}\n'.repeat(200)}${token.value}`);
      const bytes = Buffer.from(pack(text));
      assert.deepEqual(found(noise(bytes)), [`the token: ${name}, plain`]);
      const outer = gzipSync(Buffer.concat([Buffer.alloc(5000, 'pack me '), bytes, Buffer.alloc(5000)]));
      assert.ok(found(outer).includes(`the token: gzip, ${name}, plain`));
    });
  }

  it('looks into a gzip member that was cut off', () => {
    const whole = gzipSync(`${token.value}${random(50_000)}`);
    assert.deepEqual(found(whole.subarray(0, whole.length / 2)), ['the token: gzip, plain']);
  });

  it('finds a part of a secret', () => {
    assert.deepEqual(found(`token ${token.value.slice(100, 123)}… (cut)`), ['the token: plain']);
    assert.deepEqual(found(`key ${key.value.slice(-23)}`), ['the key: plain']);
  });

  it('finds a secret that the blocks of a LevelDB log, a terminal or Base64 have broken up', () => {
    for (let cut = 1; cut < key.value.length; cut++) {
      const broken = `${key.value.slice(0, cut)}\n\x00\x01\x02\x03\x04\x05${key.value.slice(cut)}`;
      assert.deepEqual(found(broken), ['the key: plain'], `broken after ${String(cut)} characters`);
    }
    const lines = Buffer.from(`u:${token.value}`).toString('base64').replaceAll(/.{76}/g, '$&\n');
    assert.deepEqual(found(lines), ['the token: Base64']);
  });

  it('finds a secret in what Snappy has packed, beside others of its kind', () => {
    const json = JSON.stringify({ a: key.value, b: token.value, again: { a: key.value, b: token.value } });
    const bytes = snappy(Buffer.from(`${'{"AccessKeyId":"EXAMPLEKEY/"}'.repeat(50)}${json}`));
    assert.ok(!bytes.includes(key.value), 'it did pack');
    assert.deepEqual(found(bytes), ['the key: plain', 'the token: plain']);
  });

  it('finds an MFA code as a whole word', () => {
    const words = [
      '804132',
      'code=804132&x',
      '"804132"',
      '804132.',
      '%20804132',
      '\\n804132',
      '\x1b[0m804132\x1b[m',
    ];
    for (const word of words) {
      assert.deepEqual(found(word), ['the code: plain'], word);
      assert.deepEqual(found(Buffer.from(`x ${word}`, 'utf16le')), ['the code: UTF-16'], word);
    }
    for (const chance of ['1804132', '8041320', '0.804132', 'a804132', '804132e5', '80 4132']) {
      assert.deepEqual(found(chance), [], chance);
      assert.deepEqual(found(Buffer.from(chance, 'utf16le')), [], chance);
    }
  });

  it('never names a secret by its value', () => {
    const leaks = search.inText(`${key.value} ${token.value} ${code.value}`, 'a place');
    assert.equal(
      describeLeaks(leaks),
      'a place: the key (plain)\na place: the token (plain)\na place: the code (plain)',
    );
  });

  it('refuses a secret that chance could match', () => {
    assert.throws(() => new LeakSearch([{ name: 'short', value: 'hunter2' }]), /short is too short/);
  });
});

describe('the search through folders', () => {
  const folder = useFolder();
  const places = async (inputs: ReadonlyMap<string, string> = new Map()): Promise<string[]> =>
    (await searchFolder(search, folder(), inputs)).leaks.map(({ place }) => place.slice(folder().length));

  it('reads every file, hidden and nested, and names of files and ends of links too', async () => {
    const deep = join(folder(), '.config', 'a', 'b');
    const name = randomBytes(12).toString('hex');
    await mkdir(deep, { recursive: true });
    await writeFile(join(deep, '.hidden'), key.value);
    await writeFile(join(deep, 'clean'), 'nothing');
    await symlink(`/nowhere/${code.value}/x`, join(folder(), 'link'));
    const named = new LeakSearch([{ name: 'it', value: name }]);
    await writeFile(join(deep, name), '');
    assert.deepEqual((await places()).toSorted(), ['/.config/a/b/.hidden', '/link']);
    assert.equal((await searchFolder(named, folder(), new Map())).leaks.length, 1);
    assert.equal((await searchFolder(search, folder(), new Map())).files, 4);
  });

  it('passes over the lines that the test wrote, once each, and over nothing else', async () => {
    const file = join(folder(), 'credentials');
    const input = `[default]\naws_secret_access_key = ${key.value}\n`;
    const inputs = new Map([[file, input]]);
    await writeFile(file, input);
    assert.deepEqual(await places(inputs), []);
    assert.deepEqual(await places(), ['/credentials']);
    await writeFile(file, `# ours\n${input}# end\n`);
    assert.deepEqual(await places(inputs), []);
    for (const more of [
      `${input}${input}`,
      `${input}#${key.value}`,
      `${input}[x]\naws_session_token = ${token.value}\n`,
    ]) {
      await writeFile(file, more);
      assert.deepEqual(await places(inputs), ['/credentials']);
    }
  });

  it('fails for a folder that is not there: it would prove nothing', async () => {
    await assert.rejects(searchFolder(search, join(folder(), 'gone'), new Map()), { code: 'ENOENT' });
  });
});

describeIf(showsProcesses, 'no /proc on this system', 'the search through processes', () => {
  const children: ChildProcess[] = [];
  afterEach(() => children.splice(0).forEach((child) => child.kill()));
  /** A process that waits, once it runs. */
  const start = async (args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> => {
    const child = spawn('/bin/sh', ['-c', 'echo ready; read -r wait', ...args], { env });
    children.push(child);
    await once(child.stdout, 'data');
    return child.pid ?? 0;
  };
  const leaksOf = (views: readonly ProcessView[], pid: number): string[] =>
    views
      .filter((view) => view.pid === pid)
      .flatMap((view) => searchProcess(search, view))
      .map(({ place, secret }) => `${secret}: ${place.replace(String(pid), 'N')}`);

  it('reads arguments and environments', async () => {
    const argument = await start([`--token=${token.value}`], {});
    const environment = await start([], { KEY: key.value });
    const clean = await start(['--token'], { KEY: 'EXAMPLEKEY/' });
    const views = readProcesses();
    assert.deepEqual(leaksOf(views, argument), ['the token: process N, arguments']);
    assert.deepEqual(leaksOf(views, environment), ['the key: process N, environment']);
    assert.ok(views.some(({ pid }) => pid === clean));
    assert.deepEqual(leaksOf(views, clean), []);
  });

  it('tells what a command has started from everybody else, and says which program it is without its secret', async () => {
    const shell = spawn('/bin/sh', ['-c', '/bin/sh -c "echo ready; read -r wait"; true'], {
      env: { KEY: key.value },
    });
    children.push(shell);
    await once(shell.stdout, 'data');
    const other = await start([token.value], { KEY: key.value });
    const pid = shell.pid ?? 0;
    const views = readProcesses();
    const holders = views.filter((view) => searchProcess(search, view).length > 0);
    const its = holders.filter((view) => isOrComesFrom(view, pid));
    assert.equal(its.length, 2);
    assert.deepEqual(
      its.filter((view) => view.pid !== pid).map(({ ancestors }) => ancestors[0]),
      [pid],
    );
    const rest = holders.filter((view) => !isOrComesFrom(view, pid)).map((view) => view.pid);
    assert.ok(rest.includes(other));
    const told = describeLeaks(its.flatMap((view) => searchProcess(search, view)));
    assert.match(
      told,
      /environment: the key \(plain\); it is \/bin\/sh -c echo ready; read -r wait, started by/,
    );
    const silent = describeLeaks(
      views.filter((view) => view.pid === other).flatMap((view) => searchProcess(search, view)),
    );
    assert.match(silent, /it is \/bin\/sh, started by/);
    assert.ok(!silent.includes(token.value));
    its.filter((view) => view.pid !== pid).forEach((view) => process.kill(view.pid));
  });

  it('remembers processes that have ended', async () => {
    const watch = new ProcessWatch();
    try {
      const pid = await start([key.value], {});
      watch.look();
      const ended = children.map((child) => once(child, 'close'));
      children.forEach((child) => child.kill());
      await Promise.all(ended);
      watch.look();
      assert.deepEqual(leaksOf(watch.views, pid), ['the key: process N, arguments']);
    } finally {
      watch.dispose();
    }
  });
});

/** An entry as zip writes it: header, name, deflated bytes. */
function zipEntry(bytes: Buffer): Buffer {
  const header = Buffer.alloc(30);
  header.write('504b0304', 'hex');
  header.writeUInt16LE(8, 8);
  header.writeUInt16LE(3, 26);
  // Deflate without zlib's two bytes before it.
  return Buffer.concat([header, Buffer.from('a.b'), deflateSync(bytes).subarray(2)]);
}

/** Packs as Snappy does (format_description.txt): copies of at least four bytes, and literals in between. */
function snappy(bytes: Buffer): Buffer {
  const out: Buffer[] = [];
  let literal = 0;
  const flush = (end: number): void => {
    const text = bytes.subarray(literal, end);
    if (text.length > 0) {
      const length = Buffer.alloc(3);
      length[0] = 61 << 2;
      length.writeUInt16LE(text.length - 1, 1);
      out.push(length, text);
    }
  };
  let at = 0;
  while (at + 4 <= bytes.length) {
    const from = bytes.lastIndexOf(bytes.subarray(at, at + 4), at - 1);
    if (at === 0 || from === -1) {
      at += 1;
      continue;
    }
    flush(at);
    let length = 4;
    while (length < 64 && at + length < bytes.length && bytes[from + length] === bytes[at + length]) {
      length += 1;
    }
    const copy = Buffer.alloc(3);
    copy[0] = ((length - 1) << 2) | 2;
    copy.writeUInt16LE(at - from, 1);
    out.push(copy);
    at += length;
    literal = at;
  }
  flush(bytes.length);
  return Buffer.concat(out);
}
