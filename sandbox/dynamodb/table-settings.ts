import type {
  ContinuousBackupsDescription,
  DescribeContinuousBackupsInput,
  DescribeContinuousBackupsOutput,
  DescribeTimeToLiveInput,
  DescribeTimeToLiveOutput,
  ListTagsOfResourceInput,
  ListTagsOfResourceOutput,
  TagResourceInput,
  UntagResourceInput,
  UpdateContinuousBackupsInput,
  UpdateContinuousBackupsOutput,
  UpdateTimeToLiveInput,
  UpdateTimeToLiveOutput,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import type { Table } from './model.ts';
import { tableNeed } from './needs.ts';
import type { DynamoDbState } from './state.ts';
import { tableOfArn } from './tables.ts';

/** Time to live, point-in-time recovery and tags of a table. */
export function settingOperations(state: DynamoDbState): Record<string, Operation> {
  const need = (action: string) => (input: { TableName: string | undefined }) => [
    tableNeed(state.world, action, input.TableName),
  ];
  return {
    UpdateTimeToLive: operation<UpdateTimeToLiveInput, UpdateTimeToLiveOutput>({
      needs: need('UpdateTimeToLive'),
      handle: (input) => updateTimeToLive(state, input),
      differs: 'items go 48 sandbox hours after their time, when the table is next used',
    }),
    DescribeTimeToLive: operation<DescribeTimeToLiveInput, DescribeTimeToLiveOutput>({
      needs: need('DescribeTimeToLive'),
      handle: (input) => ({ TimeToLiveDescription: timeToLive(state, state.existingTable(input.TableName)) }),
    }),
    UpdateContinuousBackups: operation<UpdateContinuousBackupsInput, UpdateContinuousBackupsOutput>({
      needs: need('UpdateContinuousBackups'),
      handle: (input) => updateBackups(state, input),
      differs: 'stored and returned; there is nothing to restore from',
    }),
    DescribeContinuousBackups: operation<DescribeContinuousBackupsInput, DescribeContinuousBackupsOutput>({
      needs: need('DescribeContinuousBackups'),
      handle: (input) => ({ ContinuousBackupsDescription: backups(state, existing(state, input.TableName)) }),
    }),
    ...tagOperations(state),
  };
}

function tagOperations(state: DynamoDbState): Record<string, Operation> {
  const need = (action: string) => (input: { ResourceArn: string | undefined }) => [
    tableNeed(state.world, action, input.ResourceArn),
  ];
  return {
    TagResource: operation<TagResourceInput, object>({
      needs: need('TagResource'),
      handle: (input) => {
        const table = tableOfArn(state, input.ResourceArn);
        const added = new Set(input.Tags?.map(({ Key }) => Key));
        const tags = [...table.tags.filter(({ Key }) => !added.has(Key)), ...(input.Tags ?? [])];
        state.tables.put(table.name, { ...table, tags });
        return {};
      },
    }),
    UntagResource: operation<UntagResourceInput, object>({
      needs: need('UntagResource'),
      handle: (input) => {
        const table = tableOfArn(state, input.ResourceArn);
        const removed = new Set(input.TagKeys);
        const tags = table.tags.filter(({ Key }) => !removed.has(Key ?? ''));
        state.tables.put(table.name, { ...table, tags });
        return {};
      },
    }),
    ListTagsOfResource: operation<ListTagsOfResourceInput, ListTagsOfResourceOutput>({
      needs: need('ListTagsOfResource'),
      handle: (input) => ({ Tags: [...tableOfArn(state, input.ResourceArn).tags] }),
    }),
  };
}

function updateTimeToLive(state: DynamoDbState, input: UpdateTimeToLiveInput): UpdateTimeToLiveOutput {
  const table = state.existingTable(input.TableName);
  const { AttributeName, Enabled } = input.TimeToLiveSpecification ?? {};
  if (!AttributeName || Enabled === undefined)
    throw invalid('TimeToLiveSpecification must name an attribute and say whether it is enabled');
  const current = table.timeToLive?.Enabled ? table.timeToLive.AttributeName : undefined;
  if (Enabled && current === AttributeName) throw invalid('TimeToLive is already enabled');
  if (!Enabled && current === undefined) throw invalid('TimeToLive is already disabled');
  if (current !== undefined && current !== AttributeName)
    throw invalid(`TimeToLive is active on a different AttributeName: current AttributeName is ${current}`);
  const changedAt = state.world.clock.now();
  state.tables.put(table.name, { ...table, timeToLive: { AttributeName, Enabled, changedAt } });
  state.forgetDerived(table.name);
  return { TimeToLiveSpecification: { AttributeName, Enabled } };
}

function timeToLive(state: DynamoDbState, table: Table): DescribeTimeToLiveOutput['TimeToLiveDescription'] {
  const { AttributeName, Enabled, changedAt } = table.timeToLive ?? { Enabled: false, changedAt: -Infinity };
  const changing = changedAt + state.tableDelayMs > state.world.clock.now();
  if (Enabled) return { TimeToLiveStatus: changing ? 'ENABLING' : 'ENABLED', AttributeName };
  return changing ? { TimeToLiveStatus: 'DISABLING', AttributeName } : { TimeToLiveStatus: 'DISABLED' };
}

function existing(state: DynamoDbState, name: string | undefined): Table {
  try {
    return state.existingTable(name);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError('TableNotFoundException', `Table not found: ${name}`, { status: 400 });
  }
}

function updateBackups(state: DynamoDbState, input: UpdateContinuousBackupsInput): UpdateContinuousBackupsOutput {
  const table = existing(state, input.TableName);
  const asked = input.PointInTimeRecoverySpecification;
  const days = asked?.RecoveryPeriodInDays ?? 35;
  if (!asked || days < 1 || days > 35) throw invalid('RecoveryPeriodInDays must be between 1 and 35');
  const changed = { ...table, recovery: { ...asked, changedAt: state.world.clock.now() } };
  state.tables.put(table.name, changed);
  return { ContinuousBackupsDescription: backups(state, changed) };
}

/** What can be restored reaches back to when recovery was switched on, and ends five minutes ago. */
function backups(state: DynamoDbState, table: Table): ContinuousBackupsDescription {
  const { recovery } = table;
  if (!recovery?.PointInTimeRecoveryEnabled)
    return {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
    };
  const days = recovery.RecoveryPeriodInDays ?? 35;
  const now = state.world.clock.now();
  const earliest = Math.max(recovery.changedAt, now - days * 86_400_000);
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: 'ENABLED',
      RecoveryPeriodInDays: days,
      EarliestRestorableDateTime: new Date(earliest),
      LatestRestorableDateTime: new Date(Math.max(earliest, now - 5 * 60_000)),
    },
  };
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message, { status: 400 });
}
