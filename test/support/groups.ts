import type { Group, GroupPart } from '../../functions/group/records.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import { EXECUTION, NOW } from './builders.ts';
import { fakePorts, type FakeState } from './fake-ports.ts';

/** ARN of the rollout machine's executions, without a name. */
export const ROLLOUTS = EXECUTION.slice(0, EXECUTION.lastIndexOf(':'));

/** A member that goes from 1.0.0 to 1.1.0 in production. */
export function aPart(name: string, changes: Partial<GroupPart> = {}): GroupPart {
  const place = { function: name, version: '1.1.0', environments: [{ name: 'production', from: '1.0.0' }] };
  return { ...place, key: `groups/shop/2.0.0/${name}/1.1.0/code.zip`, versionId: 'v', child: `g-${name}`, ...changes };
}

/** The group `shop 2.0.0` of orders and billing. */
export function aGroup(changes: Partial<Group> = {}): Group {
  return {
    ...{ name: 'shop', version: '2.0.0', bucket: 'artifacts', execution: 'g' },
    startedAt: new Date(NOW).toISOString(),
    ...{ bakeSeconds: 600, onInconclusive: 'release' },
    members: [aPart('orders'), aPart('billing')],
    ...changes,
  };
}

/** What an environment serves, as the ledger has it. */
export function serve(state: FakeState, name: string, release: string, environment = 'production'): void {
  const current = {
    release,
    codeSha256: `sha-${release}`,
    lambdaVersion: `version-of-${release}`,
    rollout: 'r',
    at: '',
  };
  state.current.set(`${name}#${environment}`, current);
}

/** A rollout of a member that the group started. */
export function begun(state: FakeState, part: GroupPart, changes: Partial<RolloutRecord> = {}): void {
  const place = { function: part.function, environment: 'production', execution: `${ROLLOUTS}:${part.child}` };
  const facts = { id: `${part.child}/production`, status: 'promoted', release: part.version, stableRelease: '1.0.0' };
  const record = { ...place, ...facts, candidate: '2', ...changes } as RolloutRecord;
  state.rollouts.set(`${record.id}/${record.environment}`, record);
}

/** Ports over a ledger in which the group's members were promoted, all executions having succeeded. */
export function promotedGroup(group: Group = aGroup()): ReturnType<typeof fakePorts> {
  const fakes = fakePorts();
  fakes.state.executionStatus = 'SUCCEEDED';
  for (const part of group.members) {
    begun(fakes.state, part);
    serve(fakes.state, part.function, part.version);
  }
  return fakes;
}
