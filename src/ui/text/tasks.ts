import { t } from './l10n.ts';

/** What is said about a task whose own variables have no effect. */
export const tasksText = {
  overruled: (task: string, variable: string, session: string) =>
    t(
      'This task sets {1} but runs as {2}, choose its session with STS_SESSIONS_ID instead: {0}',
      task,
      variable,
      session,
    ),
  overruledByNone: (task: string, variable: string) =>
    t('This task sets {1} but gets no credentials, because its STS_SESSIONS_ID is none: {0}', task, variable),
  overruledByUnknown: (task: string, variable: string) =>
    t(
      'This task sets {1} but gets no credentials, because no session has its STS_SESSIONS_ID: {0}',
      task,
      variable,
    ),
  overruledByAbsent: (task: string, variable: string) =>
    t(
      'This task sets {1} but gets no credentials, because the session of its folder is not live: {0}',
      task,
      variable,
    ),
  nothingActive: (task: string, session: string) =>
    t(
      'This task cannot run as {1}, which its STS_SESSIONS_ID names, while no session is active: {0}',
      task,
      session,
    ),
  otherWay: (task: string, session: string) =>
    t(
      'This task runs as {1} whatever its STS_SESSIONS_ID names, which takes effect with managed profiles: {0}',
      task,
      session,
    ),
  switchSession: () => t('Switch Session'),
  setUp: () => t('Set Up Delivery'),
  openTasks: () => t('Open Tasks'),
  neverAgain: () => t('Don’t Say Again'),
};
