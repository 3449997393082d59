import { notAuthorized, Refusal } from '../refusal.ts';
import { askCaller } from '../sessionPolicies.ts';
import { sts, type Operation } from './operation.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html */
export const decodeAuthorizationMessage: Operation = {
  name: 'DecodeAuthorizationMessage',
  service: sts,
  parameters: [{ kind: 'text', name: 'EncodedMessage', required: true, min: 1, max: 10_240 }],
  run({ caller, parameters }, world) {
    const question = {
      action: 'sts:DecodeAuthorizationMessage',
      resource: '*',
      context: new Map<string, string>(),
    };
    const verdict = askCaller(caller, question);
    // Keys of GetSessionToken and GetFederationToken reach no operation of STS but a few that this is not among.
    const isUserSession = caller.session !== undefined && caller.kind !== 'role';
    if (isUserSession || (caller.kind !== 'root' && verdict !== 'allow')) {
      throw notAuthorized(caller.arn, question.action, '*', verdict === 'deny');
    }
    const message = world.decode(parameters.get('EncodedMessage') ?? '');
    if (message === undefined) {
      throw new Refusal(400, 'InvalidAuthorizationMessageException', 'Message is not valid');
    }
    return { DecodedMessage: message };
  },
};
