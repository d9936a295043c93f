import { childName } from '../domain/group/undo.ts';
import { reconcileGroupsInput, type ReconcileGroupsInput } from './group/inputs.ts';
import type { GroupRecord } from './group/records.ts';
import type { Ports } from './ports.ts';
import { defineStep, serve } from './runtime.ts';

/** What was started to take groups back. */
export interface GroupsReconciled {
  readonly recovering: readonly string[];
}

type Needs = Pick<Ports, 'groups' | 'executions' | 'notifier'>;

/** After so many executions that died, a person has to look. */
const MOST_RECOVERIES = 5;

/**
 * Stopping an execution runs no Catch, and members that were promoted by then would stay. For every group that has not
 * ended although its execution has, an execution is started that takes it back. Runs on the execution's status change and
 * on a schedule. Its name is made of the group's and of a count, so that starting it twice is starting it once.
 */
export async function reconcileGroups(_input: ReconcileGroupsInput, ports: Needs): Promise<GroupsReconciled> {
  const recovering: string[] = [];
  for (const record of await ports.groups.running()) {
    const status = await ports.executions.status(record.execution);
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') continue;
    recovering.push(await recover(record, status, ports));
  }
  return { recovering };
}

async function recover(record: GroupRecord, status: string | undefined, ports: Needs): Promise<string> {
  const { startedAt, name, version, recoveries = 0, group } = record;
  const key = { startedAt, name, version };
  if (recoveries >= MOST_RECOVERIES) return giveUp(record, ports);
  const input = { recover: key, why: `its execution ended (${status ?? 'no longer known'})` };
  const child = childName(group?.execution ?? name, `u${recoveries}`);
  const execution = await ports.executions.startGroup(child, input);
  await ports.groups.update(key, { execution, recoveries: recoveries + 1 });
  return execution;
}

async function giveUp(record: GroupRecord, ports: Needs): Promise<string> {
  const { startedAt, name, version, execution, recoveries = 0 } = record;
  const reason = `${recoveries} executions died while group ${name} ${version} was taken back: a person has to look at each member`;
  await ports.groups.update({ startedAt, name, version }, { status: 'rollbackFailed', reason });
  const parties = { function: `group ${name}`, environment: 'all environments', release: version };
  const versions = { stable: undefined, candidate: undefined };
  const notice = { id: `group/${name}/${version}/${startedAt}`, outcome: 'rollbackFailed', ...parties } as const;
  await ports.notifier.tell({ ...notice, ...versions, reason, execution }, null, 'rivals');
  return execution;
}

export const step = defineStep({
  state: 'ReconcileGroups',
  input: reconcileGroupsInput,
  mutates: false,
  run: reconcileGroups,
});
export const handler = serve(step);
