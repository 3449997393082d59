import assert from 'node:assert/strict';
import type { AccessDeniedHint, Fault } from '../../src/aws/faults.ts';
import {
  actionsForRequest,
  actionsForTypedRole,
  faultActionTitle,
  type FaultAction,
} from '../../src/ui/text/faultActions.ts';
import { faultSentence } from '../../src/ui/text/faults.ts';
import { issuerRows } from '../support/faultRows/issuer.ts';
import { networkRows } from '../support/faultRows/network.ts';
import { samlRows } from '../support/faultRows/saml.ts';
import { signInRows } from '../support/faultRows/signIn.ts';
import { stsRows } from '../support/faultRows/sts.ts';
import { sourceRows } from '../support/faultRows/sources.ts';
import { roleArn } from '../support/faultRows/row.ts';
import type { FaultTable } from '../support/faultRows/row.ts';
import { assertGoodSentence } from '../support/sentence.ts';

/** Every kind of fault: one without its sentence here does not compile. */
const table: FaultTable = {
  ...networkRows,
  ...stsRows,
  ...sourceRows,
  ...signInRows,
  ...samlRows,
  ...issuerRows,
};

describe('faults in words', () => {
  for (const [kind, rows] of Object.entries(table)) {
    for (const [details, sentence, actions] of rows) {
      it(sentence === '' ? `${kind} says nothing` : sentence, () => {
        const said = faultSentence({ kind, ...details } as Fault, { session: 'prod-admin' });
        assert.deepEqual(said, { text: sentence, actions });
        if (kind !== 'cancelled') {
          assertGoodSentence(said.text);
          assert.ok(said.actions.length > 0, 'offers a next step');
        }
      });
    }
  }

  it('titles every button with a verb in VS Code’s capitals', () => {
    const used = new Set(
      Object.values(table).flatMap((rows) => rows.flatMap(([, , actions]) => [...actions])),
    );
    used.add('changeRole');
    const titles = [...used].map(faultActionTitle);
    assert.equal(new Set(titles).size, used.size);
    for (const title of titles) {
      assert.match(title, /^(Enter|Open|Try|Start|Show|Change|Sign) /);
    }
  });

  it('asks again for a role that was typed in, unless its source’s keys are what is wrong', () => {
    const offered: readonly FaultAction[] = ['startWithMaximum', 'openProfile', 'showLog'];
    assert.deepEqual(
      actionsForTypedRole({ kind: 'durationOverMaximum', seconds: 14_400, roleArn }, offered),
      ['startWithMaximum', 'changeRole', 'showLog'],
    );
    assert.deepEqual(actionsForTypedRole({ kind: 'wrongSecret', profile: 'alice' }, offered), offered);
  });

  it('offers a code first where it may be all that a typed role misses, and the source has a device', () => {
    const device = 'arn:aws:iam::111122223333:mfa/alice';
    const role = {
      kind: 'role',
      name: 'admin',
      sourceProfile: 'alice',
      roleArn,
      externalId: undefined,
      sessionName: undefined,
      durationSeconds: undefined,
      mfaSerial: undefined,
      region: undefined,
    } as const;
    const denied = (...hints: AccessDeniedHint[]): Fault => ({
      kind: 'accessDenied',
      action: 'sts:AssumeRole',
      hints,
      roleArn,
      caller: undefined,
    });
    const wanted = denied('mfaRequired', 'trustPolicy');
    const without: readonly FaultAction[] = ['changeRole', 'showLog'];
    const given: readonly FaultAction[] = ['openProfile', 'showLog'];
    assert.deepEqual(actionsForRequest(role, wanted, given, device), ['startWithCode', ...without]);
    assert.deepEqual(actionsForRequest(role, wanted, given), without);
    assert.deepEqual(actionsForRequest(role, denied('organization'), given, device), without);
    assert.deepEqual(actionsForRequest({ ...role, mfaSerial: device }, wanted, given, device), without);
    assert.match(faultActionTitle('startWithCode'), /^Start /);
  });
});
