import type { GroupRecord } from '../../functions/group/records.ts';
import { groupName } from '../groups.ts';
import { instant } from '../output.ts';
import { fine, problem, type Finding } from './finding.ts';

/** A group, and the status of the execution that works on it; undefined when it no longer exists. */
export interface GroupFacts {
  readonly record: GroupRecord;
  readonly execution: string | undefined;
}

/** Judges release groups, newest first: those under way, and of each name how the last one ended. */
export function checkGroups(groups: readonly GroupFacts[]): Finding[] {
  const newest = groups.filter(({ record }, at) => groups.findIndex((one) => one.record.name === record.name) === at);
  const running = groups.filter(({ record }) => record.status === 'running');
  return [...running.map(checkRunning), ...newest.flatMap(checkEnded)];
}

function checkRunning({ record, execution }: GroupFacts): Finding {
  const what = `${groupName(record)} since ${instant(record.startedAt)}`;
  const taken = record.recoveries === undefined ? '' : ', which takes it back';
  if (execution === 'RUNNING') return fine('group', record.name, `${what}, execution running${taken}`);
  const message = `${what} is open, but its execution is ${execution?.toLowerCase() ?? 'gone'}`;
  const todo = 'ReconcileGroups takes it back within five minutes; if it does not, look at its log';
  return problem('group', record.name, message, todo);
}

function checkEnded({ record }: GroupFacts): Finding[] {
  if (record.status !== 'rollbackFailed') return [];
  const stuck = (record.outcomes ?? []).filter(({ outcome }) => outcome === 'rollbackFailed');
  const where = stuck.map((one) => `${one.function} ${one.environment} (${one.to})`).join(', ');
  const message = `${groupName(record)} could not be taken back${where === '' ? '' : `: ${where}`}`;
  const todo =
    'see why with `weighbridge groups`, then `weighbridge rollback` each of these, or release the group anew';
  return [problem('group', record.name, message, todo)];
}
