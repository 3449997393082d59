import assert from 'node:assert/strict';
import type { SessionRequest } from '../../src/aws/planModel.ts';
import { appearanceOf } from '../../src/ui/appearance.ts';
import type { AppearanceInput } from '../../src/ui/appearance.ts';
import { sessionOf } from '../support/sessions.ts';

const session = sessionOf('live-a');

function look(change: Partial<AppearanceInput> = {}) {
  return appearanceOf({ session, guard: undefined, saved: undefined, taken: new Set(), ...change });
}

describe('how the terminals of a session look', () => {
  it('is the same every time, and named after the session', () => {
    assert.deepEqual(look(), look());
    assert.equal(look().name, session.name);
    assert.match(look().color, /^terminal\.ansi(?!.*Red)/);
  });

  it('differs in colour from what is open beside it, as long as there are colours', () => {
    const taken = new Set<string>();
    for (let count = 0; count < 8; count++) {
      const { color } = look({ session: { ...session, id: `id-${String(count)}` }, taken });
      assert.ok(!taken.has(color), color);
      taken.add(color);
    }
    assert.ok(taken.has(look({ taken }).color), 'then one is used twice, and the names tell');
  });

  it('has the colour that the person chose, a guard’s before a saved role’s', () => {
    assert.equal(look({ saved: 'green' }).color, 'charts.green');
    const guard = { name: 'PROD', color: 'orange' } as const;
    assert.deepEqual(look({ saved: 'green', guard }), {
      name: `PROD ${session.name}`,
      icon: 'warning',
      color: 'charts.orange',
    });
    assert.equal(look({ guard: { ...guard, color: undefined } }).color, 'charts.red');
    assert.equal(look({ saved: 'green', guard: { ...guard, color: undefined } }).color, 'charts.green');
  });

  it('tells the kinds of session apart by their icons', () => {
    const icons = (
      [
        { kind: 'profile', profile: 'a' },
        { kind: 'mfaSession', profile: 'a' },
        { kind: 'role', sourceProfile: 'a', roleArn: 'arn:aws:iam::111122223333:role/a', name: 'a' },
        { kind: 'identityCenterRole', ssoSession: 's', accountId: '1', roleName: 'r', name: 'n' },
      ] as const
    ).map(
      (request) =>
        look({ session: { ...session, roleArn: undefined, request: request as SessionRequest } }).icon,
    );
    assert.deepEqual(icons, ['key', 'key', 'shield', 'organization']);
    assert.equal(
      look({ session: { ...session, roleArn: 'arn:aws:iam::111122223333:role/a' } }).icon,
      'shield',
    );
  });
});
