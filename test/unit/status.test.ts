import assert from 'node:assert/strict';
import type { Session } from '../../src/session/types.ts';
import { commands } from '../../src/ui/ids.ts';
import { statusBarText, statusCommands } from '../../src/ui/text/status.ts';
import type { StatusInput, StatusText } from '../../src/ui/text/status.ts';
import { liveState, minute, noon, sessionOf } from '../support/sessions.ts';

const reaches = { reaches: true, sentence: 'Delivered to new terminals', warnings: [] };
const blocked = { reaches: false, sentence: 'The folder is not trusted', warnings: [] };

function status(active: Session | undefined, change: Partial<StatusInput> = {}): StatusText {
  return statusBarText({
    active,
    sessions: active ? [active] : [],
    now: noon,
    warnMs: 10 * minute,
    delivery: reaches,
    aliasOf: () => undefined,
    ...change,
  });
}

const live = sessionOf('prod-admin', { state: liveState(47 * minute) });

describe('a clock that is off', () => {
  it('is told in the tooltip from a minute on, and in which direction', () => {
    assert.doesNotMatch(status(live, { skewMs: 59_000 }).tooltip, /clock/);
    assert.match(
      status(live, { skewMs: 7 * minute }).tooltip,
      /⚠ This computer’s clock is ahead of AWS’s.*: 7m/,
    );
    // What an exchange proves is up to a second less.
    assert.match(status(live, { skewMs: 7 * minute - 999 }).tooltip, /: 7m/);
    assert.match(status(live, { skewMs: -61_000 }).tooltip, /clock is behind AWS’s.*: 1m 01s/);
  });
});

describe('status bar', () => {
  const rows: readonly (readonly [
    title: string,
    session: Session | undefined,
    change: Partial<StatusInput>,
    text: string,
    background: StatusText['background'],
    words: string,
  ])[] = [
    ['nothing live', undefined, {}, '$(key) AWS', undefined, 'AWS: no session is active'],
    ['live', live, {}, '$(key) prod-admin 47m', undefined, 'AWS session prod-admin, live, 47 minutes left'],
    [
      'live, no known end',
      { ...live, state: liveState(undefined) },
      {},
      '$(key) prod-admin',
      undefined,
      'AWS session prod-admin, live',
    ],
    [
      'within the warning time',
      { ...live, state: liveState(8 * minute) },
      {},
      '$(clock) prod-admin 8m',
      'warning',
      'AWS session prod-admin, ends soon, 8 minutes left',
    ],
    [
      'the last two minutes, in steps of ten seconds',
      { ...live, state: liveState(75_500) },
      {},
      '$(clock) prod-admin 1m 20s',
      'warning',
      'AWS session prod-admin, ends soon, 1 minute 20 seconds left',
    ],
    [
      'expired',
      { ...live, state: { kind: 'expired', at: noon - minute, renewing: false } },
      {},
      '$(circle-slash) prod-admin expired',
      'error',
      'AWS session prod-admin, expired',
    ],
    [
      'over by the clock, whatever the state says',
      live,
      { now: noon + 47 * minute },
      '$(circle-slash) prod-admin expired',
      'error',
      'AWS session prod-admin, expired',
    ],
    [
      'starting',
      sessionOf('prod-admin'),
      {},
      '$(loading~spin) prod-admin',
      undefined,
      'AWS session prod-admin, starting',
    ],
    [
      'starting, not active yet',
      undefined,
      { sessions: [sessionOf('prod-admin')] },
      '$(loading~spin) prod-admin',
      undefined,
      'AWS session prod-admin, starting',
    ],
    [
      'starting while another is active',
      live,
      { sessions: [live, sessionOf('staging-dev')] },
      '$(loading~spin) staging-dev',
      undefined,
      'AWS session staging-dev, starting',
    ],
    [
      'renewing',
      { ...live, state: liveState(8 * minute, true) },
      {},
      '$(loading~spin) prod-admin',
      undefined,
      'AWS session prod-admin, renewing',
    ],
    [
      'renewing after the end',
      { ...live, state: { kind: 'expired', at: noon - minute, renewing: true } },
      {},
      '$(loading~spin) prod-admin',
      undefined,
      'AWS session prod-admin, renewing',
    ],
    [
      'not delivered',
      live,
      { delivery: blocked },
      '$(warning) prod-admin 47m',
      'warning',
      'AWS session prod-admin, live, 47 minutes left, not delivered to terminals',
    ],
    [
      'expired, and not delivered: the end matters more',
      { ...live, state: { kind: 'expired', at: noon - minute, renewing: false } },
      { delivery: blocked },
      '$(circle-slash) prod-admin expired',
      'error',
      'AWS session prod-admin, expired',
    ],
    [
      'failed',
      sessionOf('prod-admin', { state: { kind: 'failed', fault: { kind: 'rootCannotAssume' } } }),
      {},
      '$(key) AWS',
      undefined,
      'AWS: no session is active',
    ],
    [
      'a long name',
      { ...live, name: 'production-administrator-of-everything' },
      {},
      '$(key) production-a…-everything 47m',
      undefined,
      'AWS session production-administrator-of-everything, live, 47 minutes left',
    ],
    [
      'a name that looks like an icon',
      { ...live, name: '$(trash)' },
      {},
      '$(key) \\$(trash) 47m',
      undefined,
      'AWS session $(trash), live, 47 minutes left',
    ],
  ];
  for (const [title, session, change, text, background, accessibilityLabel] of rows) {
    it(`${title}: ${text}`, () => {
      const shown = status(session, change);
      assert.deepEqual(
        { text: shown.text, background: shown.background, accessibilityLabel: shown.accessibilityLabel },
        { text, background, accessibilityLabel },
      );
    });
  }

  it('tells account, caller, region, end and delivery in its tooltip', () => {
    const tooltip = plain(
      status(live, { aliasOf: (id) => (id === '111122223333' ? 'prod' : undefined) }).tooltip,
    );
    const lines = tooltip.split('\n\n');
    assert.deepEqual(lines.slice(0, 4), [
      '**prod-admin**',
      'Account: prod (1111-2222-3333)',
      'arn:aws:sts::111122223333:assumed-role/Admin/vscode',
      'Region: eu-west-1',
    ]);
    assert.match(lines[4] ?? '', /^Ends \d\d:\d\d$/);
    assert.equal(lines[5], 'Delivered to new terminals');
  });

  it('names why it does not reach terminals, and what could win over it', () => {
    const tooltip = plain(status(live, { delivery: { ...blocked, warnings: ['AWS_REGION wins'] } }).tooltip);
    assert.match(tooltip, /^⚠ The folder is not trusted$/m);
    assert.match(tooltip, /^⚠ AWS_REGION wins$/m);
  });

  it('says what went wrong with a start, and how many others are live', () => {
    const failed = sessionOf('a', { state: { kind: 'failed', fault: { kind: 'rootCannotAssume' } } });
    assert.match(plain(status(failed).tooltip), /^⚠ .*IAM user/m);
    assert.match(plain(status(undefined, { sessions: [live] }).tooltip), /^1 session is live$/m);
  });

  it('links to nothing but commands that its tooltip may run', () => {
    const allowed: readonly string[] = statusCommands;
    const every: readonly string[] = Object.values(commands);
    for (const [, session, change] of rows) {
      const links = [...status(session, change).tooltip.matchAll(/\]\((.*?)\)/g)].map(
        (match) => match[1] ?? '',
      );
      assert.notEqual(links.length, 0);
      for (const link of links) {
        assert.match(link, /^command:/);
        assert.ok(allowed.includes(link.slice('command:'.length)), link);
      }
    }
    assert.deepEqual(
      allowed.filter((command) => !every.includes(command)),
      [],
    );
  });

  it('lets no name smuggle a link into the tooltip', () => {
    const name = '[x](command:workbench.action.quit)';
    const { tooltip } = status({ ...live, name });
    assert.doesNotMatch(tooltip, /(?<!\\)\]\(command:workbench/);
    assert.ok(plain(tooltip).includes(name));
  });
});

/** Markdown as it reads once its escapes are gone. */
function plain(markdown: string): string {
  return markdown.replace(/\\([!-/:-@[-`{-~])/g, '$1').replaceAll('&#36;', '$');
}
