import type { GroupRecord } from '../../functions/group/records.ts';
import type { Ending } from './ending.ts';
import type { Scenario } from './scenarios.ts';

/** What must hold of a release group: one verdict for all of its members, and people who know of it. */
export function groupViolations(ending: Ending, { starts, release }: Scenario): string[] {
  if (starts !== 'group') return [];
  const found = ending.items.filter(({ pk, version }) => pk === 'group' && version === release);
  return (found as unknown as GroupRecord[]).flatMap((group) => [...together(group, ending), ...told(group, ending)]);
}

/** All members serve the group's release, or all what they served before; where neither could be had, the group says so. */
function together({ version, status }: GroupRecord, { places }: Ending): string[] {
  const released = places.filter(({ serves }) => serves === version).length;
  const expected = status === 'released' ? places.length : status === 'rollbackFailed' ? undefined : 0;
  if (expected === undefined || released === expected) return [];
  return [`group: ${status}, but ${released} of ${places.length} members serve ${version}`];
}

/** People are told of every group that is not released: by any of the executions that worked on it. */
function told({ status }: GroupRecord, { executions, notices }: Ending): string[] {
  const groups = new Set(executions.flatMap((one) => (one.machine === 'Group' ? one.executionArn : [])));
  const about = notices.filter(({ execution }) => groups.has(execution));
  if (status === 'released') return about.length === 0 ? [] : ['notices: told of a group that was released'];
  return about.length > 0 ? [] : ['notices: nobody was told of a group that was not released'];
}
