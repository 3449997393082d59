import assert from 'node:assert/strict';
import { readProfiles } from '../../src/aws/profiles.ts';
import { phaseIcons } from '../../src/ui/sessionPhase.ts';
import { lookOfSection, roleNameOf } from '../../src/ui/text/tree.ts';

const keys = 'aws_access_key_id = AKIAEXAMPLE000000000\naws_secret_access_key = EXAMPLEKEY';

describe('kinds', () => {
  const rows: readonly (readonly [body: string, icon: string, word: string])[] = [
    [keys, 'key', 'IAM user'],
    ['role_arn = arn:aws:iam::111122223333:role/R\nsource_profile = x', 'shield', 'role'],
    [
      'role_arn = arn:aws:iam::111122223333:role/R\nweb_identity_token_file = /tmp/x',
      'globe',
      'web identity',
    ],
    ['sso_account_id = 111122223333\nsso_role_name = R', 'organization', 'Identity Center'],
    ['login_session = x', 'account', 'console sign-in'],
    ['credential_process = x', 'terminal', 'process'],
    [
      'role_arn = arn:aws:iam::111122223333:role/R\ncredential_source = Environment',
      'symbol-variable',
      'environment',
    ],
    [
      'role_arn = arn:aws:iam::111122223333:role/R\ncredential_source = ec2instancemetadata',
      'server',
      'instance',
    ],
    ['role_arn = arn:aws:iam::111122223333:role/R\ncredential_source = EcsContainer', 'package', 'container'],
    ['saml_login_url = https://idp.example/aws', 'globe', 'SAML'],
    ['role_arn = arn:aws:iam::111122223333:role/R\nsaml_provider_arn = x\nsaml_process = y', 'globe', 'SAML'],
    ['region = eu-west-1', 'circle-outline', 'no credentials'],
  ];
  for (const [body, icon, word] of rows) {
    it(`${word}: ${icon}`, () => {
      const section = readProfiles({ config: `[profile a]\n${body}\n`, credentials: undefined }).profiles.get(
        'a',
      );
      assert.ok(section);
      assert.deepEqual(lookOfSection(section), { icon, word });
    });
  }

  it('gives each phase of a session a shape of its own, for those who do not see its colour', () => {
    const { renewing, ...others } = phaseIcons;
    assert.equal(renewing.id, phaseIcons.starting.id);
    const shapes = Object.values(others).map((icon) => icon.id);
    assert.equal(new Set(shapes).size, shapes.length);
  });

  it('finds the name at the end of a role ARN', () => {
    assert.equal(roleNameOf('arn:aws:iam::111122223333:role/Admin'), 'Admin');
    assert.equal(roleNameOf('arn:aws-cn:iam::111122223333:role/team/eu/Admin'), 'Admin');
    assert.equal(roleNameOf('arn:aws:iam::111122223333:user/alice'), undefined);
    assert.equal(roleNameOf(undefined), undefined);
  });
});
