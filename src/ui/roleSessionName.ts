import { hostname, userInfo } from 'node:os';
import { isoSeconds } from '../aws/formats.ts';
import { sessionNameFrom } from '../aws/sessionName.ts';
import { roleSessionNameTemplate } from './settings.ts';

/** RoleSessionName where nothing else names one, by the setting. `session`: what people call it; `now`: ms UTC. */
export function defaultRoleSessionName(session: string, now: number): string {
  const date = isoSeconds(now).slice(0, 'yyyy-mm-dd'.length);
  return sessionNameFrom(roleSessionNameTemplate(), { user: userName(), host: hostname(), date, session });
}

/** A container may run us under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'user';
  }
}
