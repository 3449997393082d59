import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../src/aws/secret.ts';
import type { Plan, SessionRequest } from '../../src/aws/planModel.ts';
import { AuditFile } from '../../src/files/auditFile.ts';
import { auditLine } from '../../src/session/auditLine.ts';
import type { Asker, HandedTo, Happening } from '../../src/session/happenings.ts';
import { settle } from '../support/fakeClock.ts';
import { describeIf } from '../support/skip.ts';
import { LeakSearch, type Secret as Planted } from '../support/leakSearch.ts';
import { hour, Machine, minute, never, noon, profile } from '../support/sessionWindows.ts';

const machine = new Machine();
const planned = machine.plan(profile('prod'));
const plan: Plan = planned.ok ? planned.plan : assert.fail('no plan');
const session: Happening['session'] = {
  id: 'prod',
  name: 'prod',
  request: { kind: 'profile', profile: 'prod', readOnly: true },
  accountId: '222233334444',
  roleArn: 'arn:aws:iam::222233334444:role/prod',
};
const person: Asker = { kind: 'person' };
const started: Happening = { kind: 'started', at: noon, by: person, session, plan, until: noon + hour };

function read(happening: Happening): Record<string, unknown> {
  const line = auditLine(happening);
  assert.match(line, /^[^\n]+\n$/);
  return JSON.parse(line) as Record<string, unknown>;
}

describe('a line of the audit log', () => {
  it('says when, what, by which hops, who asked and until when', () => {
    assert.deepEqual(read(started), {
      at: '2026-01-01T12:00:00.000Z',
      what: 'started',
      session: 'prod',
      id: 'prod',
      account: '222233334444',
      role: 'arn:aws:iam::222233334444:role/prod',
      readOnly: true,
      by: 'person',
      until: '2026-01-01T13:00:00.000Z',
      plan: [
        { from: 'staticKeys', profile: 'default' },
        { call: 'assumeRole', profile: 'prod', role: 'arn:aws:iam::222233334444:role/prod' },
      ],
    });
    const failed: Happening = {
      kind: 'failed',
      at: noon,
      by: { kind: 'extension', id: 'acme.tool' },
      session,
      fault: 'accessDenied',
      step: 0,
    };
    for (const why of ['limit', 'idle'] as const) {
      const ended: Happening = { kind: 'ended', at: noon, by: { kind: 'guard', why }, session, until: noon };
      assert.deepEqual([read(ended)['by'], read(ended)['why']], ['guard', why]);
    }
    assert.ok(!('why' in read(started)));
    const { by, fault, step } = read(failed);
    assert.deepEqual({ by, fault, step }, { by: 'extension acme.tool', fault: 'accessDenied', step: 0 });
  });

  it('says where a person put credentials, and that a start came through the Accounts menu', () => {
    const where = (to: HandedTo) => {
      const {
        at: _at,
        session: _name,
        id: _id,
        account: _account,
        role: _role,
        ...rest
      } = read({
        kind: 'handedOut',
        at: noon,
        by: person,
        session: { ...session, request: { kind: 'profile', profile: 'prod' } },
        until: noon + hour,
        to,
      });
      return rest;
    };
    const same = { what: 'handedOut', by: 'person', until: '2026-01-01T13:00:00.000Z' };
    assert.deepEqual(where({ kind: 'clipboard', form: 'json' }), { ...same, to: 'clipboard', form: 'json' });
    assert.deepEqual(where({ kind: 'command' }), { ...same, to: 'command' });
    assert.deepEqual(where({ kind: 'file', form: 'env', path: '/home/ada/keys.env' }), {
      ...same,
      to: 'file',
      form: 'env',
      file: '/home/ada/keys.env',
    });
    assert.deepEqual(where({ kind: 'console' }), { ...same, to: 'console' });
    assert.deepEqual(where({ kind: 'consoleLink' }), { ...same, to: 'console link' });
    assert.equal(read({ ...started, by: { kind: 'accountsMenu' } })['by'], 'accounts menu');
  });

  it('stays one line of 4 kB whatever the names are', () => {
    const name = `a\u2028b\n${'"\\\u{1f600}'.repeat(3000)}`;
    const step = plan.steps[0] ?? assert.fail('no step');
    const steps = Array.from({ length: 300 }, () => ({ ...step, profile: name }));
    const long = { ...started, session: { ...session, name }, plan: { ...plan, steps } };
    const line = auditLine(long);
    assert.ok(Buffer.byteLength(line) <= 4096, String(Buffer.byteLength(line)));
    assert.doesNotMatch(line, /[\u2028\u2029]/);
    const { session: shown, plan: hops, moreHops } = read(long);
    assert.match(String(shown), /^a\u2028b\n.*…$/s);
    assert.ok(Array.isArray(hops) && hops.length === 2);
    assert.equal(moreHops, 299);
  });

  it('is written although a clock has gone mad', () => {
    const { at, until } = read({ ...started, at: Number.NaN, until: 1e300 });
    assert.deepEqual([at, until], [undefined, undefined]);
  });

  it('holds no secret of any plan, request or happening', () => {
    const planted: Planted[] = [];
    const plant = (name: string): string => {
      const value = `EXAMPLE${randomBytes(24).toString('hex')}`;
      planted.push({ name, value });
      return value;
    };
    const hide = (name: string): Secret => new Secret(plant(name));
    const place = { file: 'config', line: 1 } as const;
    const at = { profile: 'p', place } as const;
    const account = '111122223333';
    const bases: readonly Plan['base'][] = [
      {
        ...at,
        kind: 'staticKeys',
        accessKeyId: plant('access key id'),
        secretAccessKey: hide('secret key'),
        sessionToken: hide('session token'),
        accountId: account,
      },
      { ...at, kind: 'credentialSource', source: 'Environment' },
      { ...at, kind: 'process', command: hide('process'), accountId: account },
      {
        ...at,
        kind: 'login',
        login: {
          arn: `arn:aws:iam::${account}:user/ada`,
          region: 'eu-west-1',
          endpoint: plant('sign-in endpoint'),
        },
        accountId: account,
      },
      {
        ...at,
        kind: 'saml',
        assertion: { loginUrl: plant('login URL'), command: hide('saml process'), way: undefined },
        role: undefined,
        accountId: account,
        durationSeconds: undefined,
      },
      {
        ...at,
        kind: 'webIdentity',
        roleArn: `arn:aws:iam::${account}:role/web`,
        accountId: account,
        token: { from: 'process', command: hide('token process') },
        sessionName: plant('session name'),
        durationSeconds: undefined,
        policies: { inline: plant('base policy') },
      },
    ];
    const request: SessionRequest = {
      kind: 'role',
      name: 'prod',
      sourceProfile: 'p',
      roleArn: 'arn:aws:iam::222233334444:role/prod',
      externalId: plant('external id'),
      sessionName: plant('typed session name'),
      durationSeconds: undefined,
      mfaSerial: plant('mfa serial'),
      region: undefined,
      sourceIdentity: plant('source identity'),
      tags: [{ key: plant('tag key'), value: plant('tag value') }],
      policies: { inline: plant('policy') },
    };
    const step: Plan['steps'][number] = {
      kind: 'assumeRole',
      profile: 'p',
      roleArn: 'arn:aws:iam::222233334444:role/prod',
      accountId: '222233334444',
      sessionName: plant('step session name'),
      externalId: plant('step external id'),
      durationSeconds: 900,
      maxDurationSeconds: 3600,
      mfaSerial: plant('step serial'),
      tags: [{ key: 'k', value: plant('step tag') }],
      policies: { inline: plant('step policy') },
      target: { region: 'eu-west-1', endpoint: plant('endpoint') },
      place,
    };
    const federation: Plan['steps'][number] = {
      kind: 'federationToken',
      profile: 'p',
      userName: 'ada',
      durationSeconds: undefined,
      mfaSerial: undefined,
      policies: { inline: plant('federation policy') },
      target: step.target,
      place,
    };
    const askers: readonly Asker[] = [
      person,
      { kind: 'tool' },
      { kind: 'schedule' },
      { kind: 'agent' },
      { kind: 'guard' },
      { kind: 'accountsMenu' },
      { kind: 'extension', id: 'acme.tool' },
    ];
    const of = { ...session, request };
    const happenings = askers.flatMap((by): Happening[] => [
      ...bases.map((base): Happening => {
        const whole: Plan = { ...plan, base, steps: [step, federation], target: step.target };
        return { kind: 'started', at: noon, by, session: of, plan: whole, until: undefined };
      }),
      { kind: 'renewed', at: noon, by, session: of, plan: { ...plan, steps: [step] }, until: noon },
      { kind: 'failed', at: noon, by, session: of, fault: 'throttled', step: -1 },
      { kind: 'ended', at: noon, by, session: of, until: noon },
      { kind: 'expired', at: noon, by, session: of, until: noon },
      { kind: 'handedOut', at: noon, by, session: of, until: noon },
    ]);
    const text = happenings.map(auditLine).join('');
    const search = new LeakSearch(planted);
    assert.deepEqual(search.inText(text, 'audit'), []);
    assert.ok(planted.length > 15);
    // The search itself works: it finds what is there.
    assert.notDeepEqual(search.inText(`${text}${planted[0]?.value}`, 'audit'), []);
  });
});

describe('what is over by itself', () => {
  it('is told once, by every window in the same words, and again after the next credentials', async () => {
    const host = new Machine();
    const [a, b] = [host.open('A'), host.open('B')];
    const lines: string[][] = [[], []];
    for (const [index, window] of [a, b].entries()) {
      window.sessions.onDidHappen((happening) => {
        if (happening.kind === 'expired') {
          lines[index]?.push(auditLine(happening));
        }
      });
    }
    const starting = a.sessions.start(profile('prod'), never);
    await settle();
    host.call().grant();
    await starting;
    await b.sessions.load();
    await host.clock.advance(hour + 5 * minute);
    assert.equal(lines[0]?.length, 1);
    assert.deepEqual(lines[0], lines[1]);
    const renewing = a.sessions.renew('prod', never);
    await settle();
    host.call().grant();
    await renewing;
    await host.clock.advance(2 * hour);
    assert.equal(lines[0].length, 2);
  });
});

describeIf(process.platform !== 'win32', 'modes and links are POSIX', 'the file of the audit log', () => {
  let home: string;
  let folder: string;
  const errors: string[] = [];
  const open = (bytes?: number): AuditFile =>
    new AuditFile({
      folder,
      alone: (work) => work(),
      onError: (code) => errors.push(code),
      ...(bytes !== undefined && { bytes }),
    });
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'sts-audit-'));
    folder = join(home, 'audit');
    errors.length = 0;
  });
  afterEach(() => rm(home, { recursive: true }));

  it('is for its owner only, also when somebody opened it up', async () => {
    const file = open();
    assert.equal(await file.exists(), false);
    await file.append('one\n');
    await chmod(file.path, 0o644);
    await chmod(folder, 0o755);
    await file.append('two\n');
    assert.equal((await stat(file.path)).mode & 0o777, 0o600);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.equal(await readFile(file.path, 'utf8'), 'one\ntwo\n');
    assert.deepEqual(errors, []);
  });

  it('holds every line of several windows whole', async () => {
    const windows = Array.from({ length: 5 }, () => open());
    const line = (number: number): string => `${JSON.stringify({ number, more: 'x'.repeat(3000) })}\n`;
    await Promise.all(
      Array.from({ length: 100 }, (_, number) => (windows[number % 5] ?? open()).append(line(number))),
    );
    const lines = (await readFile(windows[0]?.path ?? '', 'utf8')).trim().split('\n');
    assert.equal(lines.length, 100);
    const numbers = lines.map((each) => (JSON.parse(each) as { number: number }).number);
    assert.equal(new Set(numbers).size, 100);
  });

  it('tells what every window sees once', async () => {
    await open().append('over\n', true);
    await open().append('over\n', true);
    await open().append('other\n', true);
    assert.equal(await readFile(open().path, 'utf8'), 'over\nother\n');
  });

  it('gets its line where a window that hangs holds the file, and turns it over later', async () => {
    let hangs = true;
    const file = new AuditFile({
      folder,
      alone: async (work) => {
        if (hangs) {
          throw new DOMException('waited long enough', 'TimeoutError');
        }
        await work();
      },
      onError: (code) => errors.push(code),
      bytes: 10,
    });
    await file.append('is over\n', true);
    await file.append('is over\n', true);
    await file.append('renewed\n');
    assert.equal(await readFile(file.path, 'utf8'), 'is over\nrenewed\n');
    hangs = false;
    await file.append('ended\n', true);
    assert.equal(await readFile(join(folder, 'audit.1.jsonl'), 'utf8'), 'is over\nrenewed\nended\n');
    assert.deepEqual(errors, []);
  });

  it('says so once when the line itself cannot be written, whoever holds the file', async () => {
    await writeFile(folder, 'no folder');
    const stuck = new AuditFile({
      folder,
      alone: () => Promise.reject(new DOMException('waited long enough', 'TimeoutError')),
      onError: (code) => errors.push(code),
    });
    await stuck.append('is over\n', true);
    await open().append('is over\n', true);
    assert.deepEqual(errors, ['EEXIST', 'EEXIST']);
  });

  it('is turned over when it is full, and five old ones are kept', async () => {
    const file = open(10);
    for (let number = 1; number <= 8; number += 1) {
      await file.append(`line ${number} \n${'x'.repeat(3)}\n`);
    }
    assert.equal(await file.exists(), false);
    for (let number = 1; number <= 5; number += 1) {
      assert.match(
        await readFile(join(folder, `audit.${number}.jsonl`), 'utf8'),
        new RegExp(`^line ${9 - number} `),
      );
    }
    await assert.rejects(stat(join(folder, 'audit.6.jsonl')));
  });

  it('follows no link, and says when it cannot be written', async () => {
    const file = open();
    await file.append('one\n');
    const elsewhere = join(home, 'elsewhere');
    await writeFile(elsewhere, '');
    await rm(file.path);
    await symlink(elsewhere, file.path);
    await file.append('two\n');
    assert.deepEqual(errors, ['ELOOP']);
    assert.equal(await readFile(elsewhere, 'utf8'), '');
  });
});
