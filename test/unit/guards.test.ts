import assert from 'node:assert/strict';
import { readGuards } from '../../src/aws/guardEntries.ts';
import { guardOf } from '../../src/aws/guards.ts';
import type { Guarded, GuardRule } from '../../src/aws/guards.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import { planEnvironment } from '../../src/aws/environment.ts';
import { planFor } from '../../src/aws/plan.ts';
import { secondsOfPlan, withinSeconds } from '../../src/aws/planSeconds.ts';
import { asksAfterwards, guardStart } from '../../src/session/guardedStart.ts';
import { guardedPlan, guardedSession } from '../../src/session/guardTarget.ts';
import { readOnlyRequest } from '../../src/aws/readOnly.ts';
import type { Plan, SessionRequest } from '../../src/aws/planModel.ts';
import { guardProblemSentence, guardText } from '../../src/ui/text/guards.ts';
import { assertGoodSentence } from '../support/sentence.ts';
import { Machine, noon, profile } from '../support/sessionWindows.ts';
import { liveState, noon as atNoon, sessionOf } from '../support/sessions.ts';
import { guardedRow, targetOfRequest } from '../../src/ui/guardLooks.ts';
import { statusBarText } from '../../src/ui/text/status.ts';

const prod: Guarded = {
  name: 'prod-admin',
  profile: 'prod-admin',
  accountId: '111122223333',
  roleArn: 'arn:aws:iam::111122223333:role/team/Admin',
};

function rule(match: object, more: object = {}): GuardRule {
  const { rules, problems } = readGuards([{ match, ...more }]);
  assert.deepEqual(problems, []);
  const [only] = rules;
  assert.ok(only);
  return only;
}

function fits(match: object, target: Partial<Guarded> = {}): boolean {
  return guardOf([rule(match)], { ...prod, ...target }) !== undefined;
}

describe('what a guard fits', () => {
  it('is told by patterns of profile, account, role and name', () => {
    for (const match of [
      { profile: 'prod-*' },
      { profile: 'PROD-admin' },
      { profile: 'prod?admin' },
      { account: '111122223333' },
      { account: '1111-2222-3333' },
      { account: '1111*' },
      { role: 'Admin' },
      { role: '*dmi*' },
      { role: 'arn:aws:iam::*:role/team/*' },
      { name: '*' },
      { profile: 'prod*', role: 'Admin', account: '*3333', name: 'prod-admin' },
    ]) {
      assert.equal(fits(match), true, JSON.stringify(match));
    }
    for (const match of [
      { profile: 'prod' },
      { profile: 'prod-admin?' },
      { account: '111122223334' },
      { role: 'team/Admin' },
      { role: 'arn:aws:iam::*:role/Admin' },
      { profile: 'prod*', account: '444455556666' },
    ]) {
      assert.equal(fits(match), false, JSON.stringify(match));
    }
  });

  it('is nothing that is not known', () => {
    assert.equal(fits({ account: '1*' }, { accountId: undefined }), false);
    assert.equal(fits({ role: 'Admin' }, { roleArn: undefined }), false);
    assert.equal(fits({ role: 'Admin' }, { roleArn: undefined, permissionSet: 'Admin' }), true);
  });

  it('takes no longer for a pattern that is made to', () => {
    const hostile = `${'*a'.repeat(400)}*b`;
    assert.equal(fits({ profile: hostile }, { profile: 'a'.repeat(20_000) }), false);
  });
});

describe('several guards', () => {
  it('are taken together: the strictest of each, under the first word and colour', () => {
    const guard = guardOf(
      [
        rule({ profile: '*' }, { name: 'CARE', maxMinutes: 60 }),
        rule(
          { account: '111122223333' },
          { name: 'PROD', color: 'red', askBeforeStart: true, maxMinutes: 30 },
        ),
        rule({ role: 'Admin' }, { readOnlyByDefault: true, endWhenIdleMinutes: 5 }),
        rule({ role: 'Other' }, { endWhenIdleMinutes: 1 }),
      ],
      prod,
    );
    assert.deepEqual(guard, {
      name: 'CARE',
      color: undefined,
      asksFirst: true,
      readOnly: true,
      maxSeconds: 1800,
      idleSeconds: 300,
    });
  });
});

describe('the guards of the settings', () => {
  it('may be anything: a mistake never loosens', () => {
    for (const value of [undefined, null, 'x', 3, {}, []]) {
      assert.deepEqual(readGuards(value), { rules: [], problems: [] });
    }
    const { rules, problems } = readGuards([
      'prod',
      { name: 'A' },
      { match: { profil: 'x' }, name: 'B' },
      { match: { profile: 'x', account: 3 }, name: 'C' },
      { match: { profile: 'x' }, name: 'D', maxMinutes: '30', readOnlyByDefault: true },
      { match: { profile: 'x' }, name: 'E', asksBeforeStart: false },
      { match: { profile: 'x' }, name: 'F', askBeforeStart: 'no' },
      { match: { profile: 'x' }, name: 7, color: 'pink' },
    ]);
    assert.deepEqual(
      problems.map(({ index, kind }) => [index, kind]),
      [
        [0, 'notGuard'],
        [1, 'noMatch'],
        [2, 'badPattern'],
        [2, 'noMatch'],
        [3, 'badPattern'],
        [4, 'badField'],
        [5, 'unknownField'],
        [6, 'badField'],
        [7, 'badField'],
        [7, 'badField'],
      ],
    );
    assert.equal(rules.length, 5, 'only what has no pattern guards nothing');
    assert.ok(rules.every(({ guard }) => guard.asksFirst));
    assert.equal(rules[1]?.guard.readOnly, true);
    for (const problem of problems) {
      assertGoodSentence(guardProblemSentence(problem));
    }
  });

  it('keep a word short and readable', () => {
    const { rules } = readGuards([{ match: { name: '*' }, name: `PR\u202eOD${'x'.repeat(40)}` }]);
    assert.match(rules[0]?.guard.name ?? '', /^PR OD.{11}$/);
  });
});

const machine = new Machine();
const planned = machine.plan(profile('prod'));
const plan: Plan = planned.ok ? planned.plan : assert.fail('no plan');
const bare: Plan = { ...plan, steps: [] };

describe('what a guard makes of a start', () => {
  const guard = (more: object) => rule({ name: '*' }, more).guard;
  const plain = profile('prod');
  const narrow = readOnlyRequest(plain) ?? assert.fail('no read-only request');

  it('is a question, read-only, or nothing', () => {
    assert.deepEqual(guardStart(guard({ maxMinutes: 5 }), plain, plan), { kind: 'go' });
    assert.deepEqual(guardStart(guard({ askBeforeStart: true }), plain, plan), {
      kind: 'ask',
      offers: ['asked', 'readOnly'],
      narrowed: narrow,
      hindrance: undefined,
    });
    assert.deepEqual(guardStart(guard({ readOnlyByDefault: true }), plain, plan), {
      kind: 'readOnly',
      request: narrow,
    });
    assert.deepEqual(guardStart(guard({ readOnlyByDefault: true, askBeforeStart: true }), plain, plan), {
      kind: 'ask',
      offers: ['readOnly', 'asked'],
      narrowed: narrow,
      hindrance: undefined,
    });
    assert.deepEqual(guardStart(guard({ readOnlyByDefault: true }), narrow, plan), { kind: 'go' });
  });

  it('asks and says why where a session cannot be read-only', () => {
    assert.deepEqual(guardStart(guard({ readOnlyByDefault: true }), plain, bare), {
      kind: 'ask',
      offers: ['asked'],
      narrowed: undefined,
      hindrance: 'temporaryKeys',
    });
  });

  it('is asked about afterwards, where AWS names an account that brings more than was known', () => {
    const colored = guard({ color: 'red' });
    const asking = guard({ askBeforeStart: true });
    const reading = guard({ readOnlyByDefault: true });
    assert.equal(asksAfterwards(asking, undefined, plain), true);
    assert.equal(asksAfterwards(asking, colored, plain), true, 'a guard that asks nothing hides no other');
    assert.equal(asksAfterwards(asking, asking, plain), false, 'nobody is asked twice');
    assert.equal(asksAfterwards(asking, reading, narrow), true);
    assert.equal(asksAfterwards(reading, colored, plain), true);
    assert.equal(asksAfterwards(reading, reading, plain), false, 'all rights took a question');
    assert.equal(asksAfterwards(reading, undefined, narrow), false, 'it is read-only as it is');
    assert.equal(asksAfterwards(colored, undefined, plain), false);
  });

  it('looks at the same before and after, read-only or not', () => {
    assert.deepEqual(guardedPlan(plain, plan), guardedPlan(narrow, plan));
    assert.equal(guardedSession(sessionOf('prod', { request: narrow })).name, 'prod');
    const center: SessionRequest = {
      kind: 'identityCenterRole',
      name: 'Sandbox/Admin',
      ssoSession: 'corp',
      accountId: '111122223333',
      roleName: 'Admin',
    };
    const base = {
      kind: 'identityCenter',
      profile: 'corp',
      signIn: { session: 'corp', startUrl: 'https://x.example', region: 'eu-west-1', scopes: [] },
      accountId: '111122223333',
      roleName: 'Admin',
      place: { file: 'config', line: 1 },
    } as unknown as Plan['base'];
    assert.equal(guardedPlan(center, { ...bare, base }).permissionSet, 'Admin');
  });

  it('knows the account of a user’s own session by their MFA device, before anything starts', () => {
    const planOf = (serial: string, own = '') => {
      const credentials = '[ada]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = EXAMPLE\n';
      const config = `[profile ada]\nregion = eu-west-1\nmfa_serial = ${serial}\n${own}`;
      const set = readProfiles({ config, credentials });
      const made = planFor(set, profile('ada'), planEnvironment({}));
      assert.ok(made.ok);
      return { set, plan: made.plan };
    };
    const { set, plan: own } = planOf('arn:aws:iam::111122223333:mfa/ada');
    assert.equal(guardedPlan(profile('ada'), own).accountId, '111122223333');
    assert.equal(targetOfRequest(profile('ada'), set.profiles.get('ada')).accountId, '111122223333');
    assert.equal(
      guardOf([rule({ account: '1111*' })], guardedPlan(profile('ada'), own))?.name,
      'GUARDED',
      'it is asked for ahead of the code',
    );
    // The serial number of a hardware device names no account.
    assert.equal(guardedPlan(profile('ada'), planOf('GAHT12345678').plan).accountId, undefined);
    const said = planOf('GAHT12345678', 'aws_account_id = 444455556666\n').plan;
    assert.equal(guardedPlan(profile('ada'), said).accountId, '444455556666');
    // A role is in its own account, whoever's device opens it.
    const role = machine.plan(profile('prod'));
    assert.equal(role.ok && guardedPlan(profile('prod'), role.plan).accountId, '222233334444');
  });

  it('is told in sentences, with who asked and until when', () => {
    const question = {
      name: 'prod',
      guard: guard({ name: 'PROD', maxMinutes: 30, endWhenIdleMinutes: 5 }),
      accountId: '111122223333',
      accountName: 'Production',
      role: 'Admin',
      until: noon + 1_800_000,
      hindrance: 'temporaryKeys',
      by: { kind: 'extension', id: 'acme.tool' },
      now: noon,
    } as const;
    assertGoodSentence(guardText.question(question));
    const lines = guardText.detail(question).split('\n');
    assert.deepEqual(
      lines.map((line) => line.slice(0, line.indexOf(':'))),
      [
        'Asked for by the extension',
        'Account',
        'Role',
        'Until',
        'Ends when no tool uses it for',
        'It has all rights',
      ],
    );
    assert.match(lines[3] ?? '', /^Until: \d\d:\d\d, whatever is renewed$/);
    assert.match(
      guardText.detail({ ...question, by: { kind: 'accountsMenu' } }),
      /^Asked for through the Accounts menu: /,
      'it may have been an extension',
    );
    for (const why of ['limit', 'idle'] as const) {
      assertGoodSentence(guardText.ended('prod', 'PROD', { why, seconds: 1800 }, '14:05'));
    }
  });
});

describe('what is guarded', () => {
  const rules = [rule({ account: '111122223333' }, { name: 'P$(x)', color: 'orange' })];
  const guardOfTarget = (target: Guarded) => guardOf(rules, target);
  const session = sessionOf('prod-admin', { state: liveState(47 * 60_000) });

  it('has the error background, the shield and its word in the status bar', () => {
    const status = (shown: typeof session, warnMs = 0, reaches = true) =>
      statusBarText({
        active: shown,
        sessions: [shown],
        now: atNoon,
        warnMs,
        delivery: { reaches, sentence: 'x', warnings: [] },
        aliasOf: () => undefined,
        guardOf: guardOfTarget,
      });
    const live = status(session);
    assert.equal(live.background, 'error');
    assert.match(live.text, /^\$\(shield\) P\\\$\(x\) prod-admin 47m$/);
    assert.equal(live.accessibilityLabel, 'AWS session prod-admin, P$(x), live, 47 minutes left');
    assert.match(live.tooltip, /Guarded as/);
    assert.match(status(session, 3_600_000).text, /^\$\(clock\)/);
    assert.equal(status(session, 3_600_000).background, 'error');
    assert.match(status(session, 0, false).text, /^\$\(warning\)/);
    const other = sessionOf('dev', { accountId: '9', state: liveState(47 * 60_000) });
    assert.equal(status(other).text, '$(key) dev 47m');
    assert.equal(status(other).background, undefined);
  });

  it('has its word first in rows, in letters and for the ear', () => {
    const guard = guardOfTarget(guardedSession(session));
    const row = guardedRow(
      {
        label: 'prod-admin',
        description: '47m · 1111-2222-3333 · eu-west-1',
        icon: undefined,
        contextValue: 'end',
        collapsible: 'none',
        accessibilityLabel: 'prod-admin, live',
      },
      guard,
    );
    assert.equal(row.description, 'P$(x) · 47m · 1111-2222-3333');
    assert.equal(row.accessibilityLabel, 'P$(x), prod-admin, live');
    assert.equal(row.contextValue, 'end guard');
  });

  it('is told in the switcher without planning', () => {
    const section = (text: string) =>
      readProfiles({ config: `[profile p]\n${text}\n`, credentials: '' }).profiles.get('p');
    const target = (text: string) => targetOfRequest(profile('p'), section(text));
    assert.equal(target('role_arn = arn:aws:iam::111122223333:role/x').accountId, '111122223333');
    const center = target('sso_account_id = 111122223333\nsso_role_name = Admin');
    assert.deepEqual([center.accountId, center.permissionSet], ['111122223333', 'Admin']);
    assert.equal(target('login_session = arn:aws:iam::111122223333:user/ada').accountId, '111122223333');
    assert.equal(targetOfRequest(profile('p'), undefined).accountId, undefined);
  });
});

describe('how long a plan asks for', () => {
  it('is known of calls to STS, and no more than a guard lets', () => {
    assert.equal(secondsOfPlan(plan), 3600);
    assert.equal(secondsOfPlan(bare), undefined);
    assert.deepEqual(withinSeconds(plan, undefined, undefined), {});
    assert.deepEqual(withinSeconds(plan, undefined, 7200), {});
    assert.deepEqual(withinSeconds(plan, undefined, 1800), { durationSeconds: 1800 });
    assert.deepEqual(withinSeconds(plan, 7200, 5400), { durationSeconds: 5400 });
    assert.deepEqual(withinSeconds(plan, 1200, 5400), { durationSeconds: 1200 });
    assert.deepEqual(withinSeconds(bare, undefined, 60), {});
  });
});
