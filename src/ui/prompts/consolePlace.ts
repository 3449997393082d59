import { parseArnOwner } from '../../aws/arn.ts';
import type { ConsolePlace } from '../../aws/console.ts';
import { consoleHome, consolePages } from '../../aws/consolePages.ts';
import { isRegion } from '../../aws/endpoints.ts';
import { partitionById, partitionForHosts, partitionOfRegion } from '../../aws/partitions.ts';
import type { Partition } from '../../aws/partitions.ts';
import { regionsOf } from '../../aws/regionNames.ts';
import type { Session } from '../../session/types.ts';
import type { RememberedPlace } from '../consolePlaces.ts';
import { consoleLinkText } from '../text/consoleLink.ts';
import { askPick } from './input.ts';
import { askSteps } from './steps.ts';

/** Asks where in the console to begin: where somebody went last comes first. Undefined when the person left. */
export async function askConsolePlace(
  session: Session,
  last: RememberedPlace | undefined,
): Promise<ConsolePlace | undefined> {
  const place = await askSteps<ConsolePlace>({}, [
    async (known, position) => {
      const first = known.page?.id ?? last?.page;
      const answer = await askPick({
        ...position,
        title: consoleLinkText.atTitle(session.name),
        placeholder: consoleLinkText.atPlaceholder(),
        items: lastFirst(consolePages, ({ id }) => id === first).map((page) => ({
          label: page.name,
          description:
            page.id === last?.page
              ? [consoleLinkText.lastTime(), page.also].filter(Boolean).join(' · ')
              : page.also,
          value: page,
        })),
      });
      return answer.kind === 'value' ? { kind: 'value', value: { page: answer.value } } : answer;
    },
    async ({ page = consoleHome }, position) => {
      const partition = partitionOf(session);
      const wanted = last?.region ?? session.region;
      const known = regionsOf(partition.id);
      const named =
        wanted === undefined || known.some(([region]) => region === wanted)
          ? known
          : [[wanted, ''] as const, ...known];
      const answer = await askPick({
        ...position,
        title: consoleLinkText.regionTitle(session.name, page.name),
        placeholder: consoleLinkText.regionPlaceholder(),
        items: lastFirst(named, ([region]) => region === wanted).map(([region, name]) => ({
          label: region,
          description:
            region === session.region
              ? [name, consoleLinkText.ofSession()].filter(Boolean).join(' · ')
              : name,
          value: region,
        })),
        // AWS opens regions faster than lists are written.
        fromText: (text) => {
          if (known.some(([region]) => region.includes(text.toLowerCase()))) {
            return undefined;
          }
          const other = partitionOfRegion(text);
          if (other !== undefined && other.id !== partition.id) {
            return consoleLinkText.anotherPartition();
          }
          return isRegion(text) && /-\d+$/.test(text)
            ? { label: text, value: text }
            : consoleLinkText.notARegion();
        },
      });
      return answer.kind === 'value' ? { kind: 'value', value: { region: answer.value } } : answer;
    },
  ]);
  return place?.page && { page: place.page, region: place.region };
}

/** The partition that a session means something in. */
function partitionOf({ roleArn, region }: Session): Partition {
  const owner = roleArn === undefined ? undefined : parseArnOwner(roleArn);
  return partitionById(owner?.partition ?? '') ?? partitionForHosts(region ?? '');
}

function lastFirst<T>(all: readonly T[], isLast: (item: T) => boolean): readonly T[] {
  return [...all.filter(isLast), ...all.filter((item) => !isLast(item))];
}
