import { deleteEvents } from './history.ts';
import { revisionKey, type Records } from './records.ts';

/** Removes a state machine with its revisions, its executions and their histories. */
export function removeMachine(records: Records, machineArn: string): void {
  const machine = records.machines.get(machineArn);
  if (!machine) return;
  const executions = [...records.executions.values()].filter((record) => record.machineArn === machineArn);
  for (const { arn } of executions) {
    deleteEvents(records, arn);
    records.executions.delete(arn);
    records.positions.delete(arn);
  }
  for (let revision = machine.revision; revision > 0; revision--)
    records.revisions.delete(revisionKey(machineArn, revision));
  records.machines.delete(machineArn);
}
