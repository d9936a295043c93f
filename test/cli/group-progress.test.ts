import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectTo, type Connection } from '../../cli/connection.ts';
import { checkGroups } from '../../cli/doctor/groups.ts';
import { stepFunctions } from '../../cli/executions.ts';
import { followGroup } from '../../cli/group-progress.ts';
import { groupHappeningInWords, standingInWords } from '../../cli/group-wording.ts';
import { standingOf } from '../../cli/group-standing.ts';
import { openGroups } from '../../cli/groups.ts';
import { openLedger } from '../../cli/ledger.ts';
import type { GroupRecord } from '../../functions/group/records.ts';
import { GroupWorld } from '../statemachine/support/group-world.ts';

let world: GroupWorld;
let connection: Connection;
beforeAll(async () => {
  world = await GroupWorld.start();
  const { clientConfig } = world.pipeline.sandbox;
  connection = connectTo({ kind: 'sandbox', clientConfig });
  await world.release('1.0.0', { bakeMinutes: 0 });
});
afterAll(() => world.pipeline.close());

const stop = (executionArn: string) =>
  new SFNClient(connection.clientConfig).send(new StopExecutionCommand({ executionArn }));

describe('following a group', () => {
  it('goes on to the execution that takes it back when its own was stopped', async () => {
    const arn = await world.begin('1.1.0', { bakeMinutes: 30 });
    await world.pipeline.until(async () =>
      (await world.pipeline.states(arn)).includes('BakeTogether') ? true : undefined,
    );
    const following = follow('1.1.0');
    expect(standingInWords(await standing('1.1.0')).slice(1)).toEqual([
      '  orders production 1.0.0 → 1.1.0: released',
      '  billing production 1.0.0 → 1.1.0: released',
      '  web production 1.0.0 → 1.1.0: released',
    ]);
    expect((await standing('1.1.0')).phase).toBe('bakingTogether');
    await stop(arn);
    const { lines, record } = await following;
    expect(record.status).toBe('rolledBack');
    expect(lines.join('\n')).toMatch(
      /shop +JudgeGroup[\s\S]*shop +ABORTED +ReconcileGroups takes the group back[\s\S]*shop +PlanUndo +back: web production to 1.0.0, then billing .*[\s\S]*web +RollBackMember +1 of 3[\s\S]*orders +RollBackMember +3 of 3/,
    );
  });

  it('tells of a member that cannot be started what the group tells', async () => {
    const fault = world.pipeline.sandbox.faults.add(
      {
        ...{ on: 'call', match: { service: 'SFN', operation: 'StartExecution' } },
        action: { kind: 'fail', code: 'StateMachineDoesNotExist', message: 'it is gone', status: 400 },
      },
      ({ input }) => JSON.stringify(input).includes('/billing/'),
    );
    await world.begin('1.2.0', { bakeMinutes: 0 });
    const { lines, record } = await follow('1.2.0');
    world.pipeline.sandbox.faults.remove(fault);
    expect(record.reason).toMatch(/billing 1.2.0 failed: .*it is gone/);
    expect(lines.join('\n')).toMatch(/billing +ReleaseMember +2 of 3\n[\d:]+ +shop +PlanUndo +back: orders/);
  });

  it('ends with the watching, and leaves the group as it is', async () => {
    const arn = await world.begin('1.3.0', { bakeMinutes: 30 });
    const { record } = await follow('1.3.0', AbortSignal.abort());
    expect(record.status).toBe('running');
    await stop(arn);
    await world.ended('1.3.0');
  });
});

async function standing(version: string) {
  const record = await world.pipeline.until(() => world.record(version));
  return standingOf(record, await openLedger(connection));
}

/** Follows the group from its beginning to its end; what was told, and the record. */
async function follow(version: string, signal = new AbortController().signal) {
  const record = await world.pipeline.until(() => world.record(version));
  const [client, ledger, groups] = [
    await stepFunctions(connection),
    await openLedger(connection),
    await openGroups(connection),
  ];
  const rollouts = (await connection.outputs()).StateMachineArn.replace(':stateMachine:', ':execution:');
  const sleep = (ms: number): Promise<void> => world.pipeline.sandbox.world.clock.sleep(ms);
  const happenings = followGroup(record, { client, ledger, groups, rollouts, pollMs: 5000, signal, sleep });
  const lines: string[] = [];
  for (;;) {
    const next = await happenings.next();
    if (next.done) return { lines, record: next.value };
    const words = groupHappeningInWords(next.value, record);
    if (words) lines.push(words);
  }
}

describe('doctor, of groups', () => {
  const group = (changes: Partial<GroupRecord>): GroupRecord => ({
    ...{ name: 'shop', version: '1.1.0', startedAt: '2026-01-01T12:00:00.000Z', execution: 'arn', status: 'running' },
    ...changes,
  });
  const stuck = { function: 'orders', environment: 'production', from: '1.0.0', to: '1.1.0' };
  const failed = group({ status: 'rollbackFailed', outcomes: [{ ...stuck, outcome: 'rollbackFailed' }] });

  it.each([
    { name: 'nothing to say of one that was released', groups: [group({ status: 'released' })], says: [] },
    {
      name: 'one that is being taken back, fine',
      groups: [group({ recoveries: 1 })],
      execution: 'RUNNING',
      says: ['true shop 1.1.0 since 2026-01-01 12:00:00, execution running, which takes it back'],
    },
    {
      name: 'one whose execution died, a problem',
      groups: [group({})],
      execution: 'ABORTED',
      says: ['false shop 1.1.0 since 2026-01-01 12:00:00 is open, but its execution is aborted'],
    },
    {
      name: 'one that could not be taken back, a problem',
      groups: [failed],
      says: ['false shop 1.1.0 could not be taken back: orders production (1.1.0)'],
    },
    {
      name: 'no problem any more once a later one was released',
      groups: [group({ version: '1.2.0', status: 'released' }), failed],
      says: [],
    },
  ])('finds $name', ({ groups, execution, says }) => {
    const findings = checkGroups(groups.map((record) => ({ record, execution })));
    expect(findings.map(({ ok, message }) => `${ok} ${message}`)).toEqual(says);
    for (const { ok, todo } of findings) expect(todo === undefined).toBe(ok);
  });
});
