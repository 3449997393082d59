import assert from 'node:assert/strict';
import type { PlanEnvironment } from '../../src/aws/planModel.ts';
import type { PlanInput } from '../support/plans.ts';
import { goodPlan, keys, planOf, problemsOf, role, typed } from '../support/plans.ts';

describe('planFor', () => {
  describe('region and endpoint', () => {
    const user = `[profile user]\n${keys}region = ap-south-1\nendpoint_url = http://localhost:9\n`;
    const target = (input: PlanInput): string[] => {
      const {
        steps: [step],
        region,
      } = goodPlan(input);
      assert.ok(step);
      return [step.target.region, step.target.endpoint, region ?? 'none'];
    };

    it('come from the profile that is started, never from its source', () => {
      const config = `${user}${role('A', 'user', 'region = eu-west-1\n')}${role('B', 'user')}`;
      assert.deepEqual(target({ config, ask: 'A' }), [
        'eu-west-1',
        'https://sts.eu-west-1.amazonaws.com',
        'eu-west-1',
      ]);
      assert.deepEqual(target({ config, ask: 'B' }), [
        'us-east-1',
        'https://sts.us-east-1.amazonaws.com',
        'none',
      ]);
    });

    it('for STS: what was asked, then the environment; for tools the profile comes before it', () => {
      const config = `[profile user]\n${keys}region = eu-west-1\n`;
      const env = { region: 'eu-west-2' };
      assert.deepEqual(target({ config, ask: 'user', env }), [
        'eu-west-2',
        'https://sts.eu-west-2.amazonaws.com',
        'eu-west-1',
      ]);
      assert.deepEqual(target({ config, ask: typed({ region: 'eu-west-3' }), env }), [
        'eu-west-3',
        'https://sts.eu-west-3.amazonaws.com',
        'eu-west-3',
      ]);
      assert.deepEqual(problemsOf(planOf({ config, ask: 'user', env: { region: 'a/b' } })), [
        'error invalidRegion nowhere user',
      ]);
      const odd = config.replace('eu-west-1', 'evil.example/');
      assert.deepEqual(problemsOf(planOf({ config: odd, ask: 'user', env })), [
        'error invalidRegion config:4 user',
      ]);
    });

    it('default to the partition that the ARNs name', () => {
      const config = `[profile user]\n${keys}mfa_serial = arn:aws-us-gov:iam::111122223333:mfa/a\n[profile A]\nrole_arn = arn:aws-cn:iam::111122223333:role/A\nsource_profile = user\n`;
      assert.deepEqual(target({ config, ask: 'A' }), [
        'cn-north-1',
        'https://sts.cn-north-1.amazonaws.com.cn',
        'none',
      ]);
      assert.equal(target({ config, ask: 'user' })[0], 'us-gov-west-1');
    });

    it('take the endpoint from the environment, then services, then endpoint_url', () => {
      const services = '[services dev]\nsts =\n  endpoint_url = http://localhost:7/\n';
      const config = `${user}${services}[profile A]\n${keys}endpoint_url = http://localhost:8\nservices = dev\n`;
      const env = { endpointUrl: 'http://localhost:6' };
      assert.equal(target({ config, ask: 'A', env })[1], 'http://localhost:6');
      assert.equal(target({ config, ask: 'A' })[1], 'http://localhost:7');
      assert.equal(target({ config, ask: 'user' })[1], 'http://localhost:9');
      const ignore = { ignoreConfiguredEndpoints: true };
      assert.equal(target({ config, ask: 'user', env: ignore })[1], 'https://sts.ap-south-1.amazonaws.com');
      const ignoring = config.replace('[services', 'ignore_configured_endpoint_urls = true\n[services');
      assert.equal(target({ config: ignoring, ask: 'user' })[1], 'https://sts.ap-south-1.amazonaws.com');
    });

    it('carry the certificates that the AWS CLI would trust', () => {
      const trusted = (lines: string, env: Partial<PlanEnvironment> = {}): string | undefined => {
        const config = `[profile user]\n${keys}ca_bundle = /source.pem\n${role('A', 'user', lines)}`;
        const { steps, target: last } = goodPlan({ config, ask: 'A', env });
        assert.deepEqual(steps[0]?.target, last, 'the same for every hop');
        return last.caBundle && `${last.caBundle.from} ${last.caBundle.path}`;
      };
      assert.equal(trusted(''), undefined);
      assert.equal(trusted('ca_bundle =\n'), undefined);
      assert.equal(trusted('ca_bundle = ~/corp.pem\n'), 'ca_bundle ~/corp.pem');
      const both = { caBundle: '/env.pem', otherCaBundle: '/requests.pem' };
      assert.equal(trusted('ca_bundle = /own.pem\n', both), 'AWS_CA_BUNDLE /env.pem');
      assert.equal(
        trusted('ca_bundle = /own.pem\n', { otherCaBundle: '/requests.pem' }),
        'ca_bundle /own.pem',
      );
      assert.equal(trusted('', { otherCaBundle: '/requests.pem' }), 'REQUESTS_CA_BUNDLE /requests.pem');
    });

    it('know the old global endpoint, and the environment’s word on it', () => {
      const config = `[profile user]\n${keys}region = eu-west-1\nsts_regional_endpoints = legacy\n`;
      assert.deepEqual(target({ config, ask: 'user' }), [
        'us-east-1',
        'https://sts.amazonaws.com',
        'eu-west-1',
      ]);
      const env = { regionalEndpoints: 'regional' };
      assert.equal(target({ config, ask: 'user', env })[1], 'https://sts.eu-west-1.amazonaws.com');
    });
  });
});

describe('planFor', () => {
  describe('FIPS and dual-stack', () => {
    const endpoint = (lines: string, env: Partial<PlanEnvironment> = {}): string =>
      goodPlan({ config: `[profile A]\nregion = eu-west-1\n${keys}${lines}`, ask: 'A', env }).target.endpoint;

    it('are read from the profile, and from the environment before it', () => {
      assert.equal(endpoint('use_fips_endpoint = TRUE\n'), 'https://sts-fips.eu-west-1.amazonaws.com');
      assert.equal(endpoint('use_dualstack_endpoint = true\n'), 'https://sts.eu-west-1.api.aws');
      assert.equal(
        endpoint('use_dualstack_endpoint = true\n', { fips: true }),
        'https://sts-fips.eu-west-1.api.aws',
      );
      const plain = 'https://sts.eu-west-1.amazonaws.com';
      assert.equal(endpoint('use_fips_endpoint = true\n', { fips: false }), plain);
      assert.equal(endpoint('use_fips_endpoint = yes\n'), plain);
    });

    it('cannot go with an address of somebody else’s', () => {
      const lines = 'endpoint_url = http://localhost:1\n';
      const problems = (more: string, env: Partial<PlanEnvironment> = {}): string[] =>
        problemsOf(planOf({ config: `[profile A]\n${keys}${lines}${more}`, ask: 'A', env }));
      assert.deepEqual(problems('use_fips_endpoint = true\n'), ['error endpointExcludes config:5 A']);
      assert.deepEqual(problems('', { dualStack: true }), ['error endpointExcludes nowhere A']);
      assert.deepEqual(problems('use_fips_endpoint = true\n', { ignoreConfiguredEndpoints: true }), []);
    });
  });
});
