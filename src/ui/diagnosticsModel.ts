import type { FileRole, Problem } from '../aws/problems.ts';
import { isManaged } from '../aws/profiles.ts';
import type { ProfileSet } from '../aws/profiles.ts';
import type { PlanOf } from './sources.ts';
import { problemSentence } from './text/problems.ts';

/** A squiggle: `line` counts from 0, as editors count. */
export interface LineProblem {
  readonly line: number;
  readonly severity: Problem['severity'];
  readonly message: string;
}

/**
 * What to show in one of the files: the problems of its lines, and those of the plans that break at a line of it.
 * Several profiles that break at one line with one sentence show it once. Managed profiles are not planned.
 */
export function problemsOfFile(set: ProfileSet, plan: PlanOf, file: FileRole): readonly LineProblem[] {
  const found = new Map<string, LineProblem>();
  const add = (problems: readonly Problem[]): void => {
    for (const problem of problems) {
      if (problem.place?.file === file) {
        const message = problemSentence(problem);
        const line = problem.place.line - 1;
        found.set(`${line} ${message}`, { line, severity: problem.severity, message });
      }
    }
  };
  add(set.problems);
  for (const section of set.profiles.values()) {
    if (!isManaged(section)) {
      const result = plan(set, section.name);
      // A profile that only holds a region is no mistake.
      add(
        (result.ok ? result.plan.problems : result.problems).filter(
          (problem) => problem.what.kind !== 'noCredentials',
        ),
      );
    }
  }
  return [...found.values()].sort((a, b) => a.line - b.line);
}
