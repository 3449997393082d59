import { readConsole } from './aws/console.ts';
import type { NetworkSettings } from './aws/network.ts';
import type { PlanEnvironment, PlanResult, SessionRequest } from './aws/planModel.ts';
import { configuredEndpoint } from './aws/planTarget.ts';
import type { ProfileSet } from './aws/profiles.ts';
import type { MakeConsoleLink } from './clients/consoleLink.ts';
import type { Log } from './ui/log.ts';
import type { ConsolePort } from './ui/parts.ts';

/** What it is made from. */
export interface ConsoleParts {
  plan(this: void, request: SessionRequest): Promise<PlanResult>;
  /** The files as they are now. */
  files(): Promise<ProfileSet>;
  environment(): PlanEnvironment;
  readonly userAgent: string;
  readonly network: NetworkSettings;
  readonly log: Log;
}

/** The console for sessions. Nothing is loaded before the first link. */
export function wireConsole(parts: ConsoleParts): ConsolePort {
  const { userAgent, network, log } = parts;
  let loading: Promise<MakeConsoleLink> | undefined;
  const load = async (): Promise<MakeConsoleLink> => {
    const { createConsoleLinks } = await import('./clients/consoleLink.ts');
    return createConsoleLinks({ userAgent, network, log: (line) => log.info(line) });
  };
  return {
    async link(session, credentials, signal) {
      const planned = await parts.plan(session.request);
      if (!planned.ok) {
        return { fault: { kind: 'planChanged', profile: session.name } };
      }
      const { plan } = planned;
      const set = await parts.files();
      const env = parts.environment();
      const section = set.profiles.get(
        session.request.kind === 'profile' ? session.request.profile : plan.base.profile,
      );
      // Keys of another service than AWS are nothing that AWS should be shown: its own endpoint gets them.
      const endpoint =
        section === undefined
          ? env.signInEndpoint
          : configuredEndpoint(section, { set, env, service: 'signin' }, undefined);
      const target = readConsole(plan, credentials, endpoint);
      if ('kind' in target) {
        return { hindrance: target };
      }
      const made = await (await (loading ??= load()))(target, credentials, signal);
      // Not by its class: the bundle of the client has one of its own.
      return 'kind' in made ? { fault: made } : { link: made };
    },
  };
}
