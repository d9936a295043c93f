import type { GroupRecord } from '../../functions/group/records.ts';
import type { Ending } from './ending.ts';
import { records } from './records.ts';
import type { Scenario } from './scenarios.ts';
import { FINAL } from './telling-invariants.ts';

/** What must hold of a release group: one verdict for all of its members, and people who know of it. */
export function groupViolations(ending: Ending, { starts, release }: Scenario): string[] {
  if (starts !== 'group') return [];
  const found = ending.items.filter(({ pk, version }) => pk === 'group' && version === release);
  const groups = found as unknown as GroupRecord[];
  return [...groups.flatMap((group) => [...together(group, ending), ...told(group, ending)]), ...inReverse(ending)];
}

/** What depends on something goes back before it. */
function inReverse(ending: Ending): string[] {
  const back = records(ending).filter(({ kind }) => kind === 'rollback');
  const began = (name: string) => back.filter((one) => one['function'] === name).map((one) => String(one['startedAt']));
  const [last] = began('billing').toSorted();
  const [first] = began('orders').toSorted();
  return first !== undefined && last !== undefined && first < last ? ['group: orders went back before billing'] : [];
}

/** All members serve the group's release, or all what they served before; one that could not be taken back is named. */
function together({ version, status, outcomes = [] }: GroupRecord, { places }: Ending): string[] {
  const left = new Set(outcomes.flatMap((one) => (one.outcome === 'rollbackFailed' ? [one.function] : [])));
  const wrong = places.filter((one) => (one.serves === version) !== (status === 'released' || left.has(one.function)));
  return wrong.map((one) => `group: ${status}, but ${one.function} serves ${one.serves}`);
}

/** People are told of every group that is not released: by any of the executions that worked on it. */
function told({ status }: GroupRecord, { executions, notices }: Ending): string[] {
  const groups = new Set(executions.flatMap((one) => (one.machine === 'Group' ? one.executionArn : [])));
  const about = notices.filter(({ execution, outcome }) => groups.has(execution) && FINAL.has(outcome));
  if (status === 'released') return about.length === 0 ? [] : ['notices: told of a group that was released'];
  return about.length > 0 ? [] : ['notices: nobody was told of a group that was not released'];
}
