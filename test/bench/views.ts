import { planFor } from '../../src/aws/plan.ts';
import { readProfiles } from '../../src/aws/profiles.ts';
import type { ProfileSet } from '../../src/aws/profiles.ts';
import { rememberPlans } from '../../src/ui/sources.ts';
import { switcherRows } from '../../src/ui/switcherModel.ts';
import { ProfileTree } from '../../src/ui/treeModel.ts';
import type { BenchRow } from './row.ts';

const profileCount = 5000;
const runs = 15;
/** Two frames: what takes longer is felt as a hitch while typing. */
const switcherLimitMs = 32;
/** A fraction of what people still call “at once”, on a machine that does other things too. */
const treeLimitMs = 150;

const quiet = { sessions: [], activeId: undefined, now: 0, warnMs: 0 };

/** Measures what the switcher and the tree cost with 5,000 profiles: each a role whose source is the one before. */
export async function benchViews(): Promise<BenchRow[]> {
  const set = chainOf(profileCount);
  const flat = flatOf(profileCount);
  const switcher: number[] = [];
  const tree: number[] = [];
  for (let run = 0; run < runs; run++) {
    switcher.push(milliseconds(() => listed(set)));
    tree.push(milliseconds(() => drawn(flat)));
  }
  return [
    row('rows of the switcher for 5,000 profiles in one chain', median(switcher), switcherLimitMs),
    row('every row of the tree for 5,000 profiles, planned and worded', median(tree), treeLimitMs),
  ];
}

function listed(set: ProfileSet): void {
  const rows = switcherRows({
    set,
    sessions: [],
    activeId: undefined,
    recent: [],
    now: 0,
    warnMs: 0,
    aliasOf: () => undefined,
  });
  if (rows.length < profileCount) {
    throw new Error('The bench did not measure what it says: rows are missing.');
  }
}

function drawn(set: ProfileSet): void {
  const environment = { region: undefined, endpointUrl: undefined, ignoreConfiguredEndpoints: true };
  const plan = rememberPlans((of, profile) => planFor(of, { kind: 'profile', profile }, environment));
  const tree = new ProfileTree(set, (profile) => plan(set, profile));
  const nodes = [...tree.children(undefined, quiet)];
  let count = 0;
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    count += tree.row(node, quiet) === undefined ? 0 : 1;
    nodes.push(...tree.children(node, quiet));
  }
  if (count < profileCount) {
    throw new Error('The bench did not measure what it says: rows are missing.');
  }
}

function chainOf(count: number): ProfileSet {
  return readProfiles({ config: roles(count, (number) => `p${number + 1}`), credentials: undefined });
}

function flatOf(count: number): ProfileSet {
  const keys = 'aws_access_key_id = AKIAEXAMPLE000000000\naws_secret_access_key = EXAMPLEKEY\n';
  return readProfiles({
    config: roles(count, () => 'default'),
    credentials: `[default]\n${keys}`,
  });
}

function roles(count: number, sourceOf: (number: number) => string): string {
  return Array.from(
    { length: count },
    (_, number) =>
      `[profile p${number}]\nrole_arn = arn:aws:iam::111122223333:role/R${number}\nsource_profile = ${sourceOf(number)}\n`,
  ).join('');
}

function milliseconds(work: () => void): number {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function row(what: string, took: number, limit: number): BenchRow {
  return { what, ours: `${took.toFixed(1)} ms`, limit: `${limit} ms`, ok: took <= limit };
}
