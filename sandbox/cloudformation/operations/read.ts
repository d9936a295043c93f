import type {
  DescribeStackEventsInput,
  DescribeStackEventsOutput,
  DescribeStacksInput,
  DescribeStacksOutput,
  GetTemplateInput,
  GetTemplateOutput,
  ListExportsInput,
  ListExportsOutput,
  ListStacksInput,
  ListStacksOutput,
  Stack,
  StackEvent,
} from '@aws-sdk/client-cloudformation';
import { operation, type Operation } from '../../core/service.ts';
import { templateError } from '../errors.ts';
import { allExports, findStack, type CloudFormationState, type EventRecord, type StackRecord } from '../stack/state.ts';
import { stackNeeds } from './needs.ts';
import { page } from './paging.ts';

/** Operations that look at stacks. */
export function readOperations(state: CloudFormationState): Record<string, Operation> {
  return {
    DescribeStacks: describeStacks(state),
    ListStacks: listStacks(state),
    DescribeStackEvents: describeStackEvents(state),
    GetTemplate: getTemplate(state),
    ListExports: listExports(state),
  };
}

/** The stack of a request. @throws AwsError ValidationError. */
export function requireStack(state: CloudFormationState, nameOrId: string | undefined): StackRecord {
  const stack = nameOrId === undefined ? undefined : findStack(state, nameOrId);
  if (!stack) throw templateError(`Stack [${nameOrId ?? ''}] does not exist`);
  return stack;
}

function describeStacks(state: CloudFormationState): Operation {
  return operation<DescribeStacksInput, DescribeStacksOutput>({
    needs: (input, world) => stackNeeds(state, world, 'DescribeStacks', input.StackName),
    handle: (input) => {
      if (input.StackName !== undefined) {
        const stack = findStack(state, input.StackName);
        if (!stack) throw templateError(`Stack with id ${input.StackName} does not exist`);
        return { Stacks: [describe(stack)] };
      }
      const { items, ...rest } = page(newestFirst(state).filter(isAlive), input.NextToken);
      return { Stacks: items.map(describe), ...rest };
    },
  });
}

function newestFirst(state: CloudFormationState): StackRecord[] {
  return [...state.stacks.values()].reverse();
}

function isAlive(stack: StackRecord): boolean {
  return stack.status !== 'DELETE_COMPLETE';
}

function describe(stack: StackRecord): Stack {
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    ...(stack.description !== undefined && { Description: stack.description }),
    StackStatus: stack.status,
    ...(stack.statusReason !== undefined && { StackStatusReason: stack.statusReason }),
    CreationTime: stack.createdAt,
    ...(stack.updatedAt && { LastUpdatedTime: stack.updatedAt }),
    ...(stack.deletedAt && { DeletionTime: stack.deletedAt }),
    Parameters: stack.parameters.map(({ name, given, resolved, noEcho }) => ({
      ParameterKey: name,
      ParameterValue: noEcho ? '****' : given,
      ...(resolved !== undefined && { ResolvedValue: resolved }),
    })),
    Outputs: stack.outputs.map(({ name, value, description, exportName }) => ({
      OutputKey: name,
      OutputValue: value,
      ...(description !== undefined && { Description: description }),
      ...(exportName !== undefined && { ExportName: exportName }),
    })),
    Capabilities: [...stack.capabilities] as NonNullable<Stack['Capabilities']>,
    Tags: stack.tags.map((tag) => ({ ...tag })),
    DisableRollback: stack.disableRollback,
    NotificationARNs: [],
    RollbackConfiguration: {},
    EnableTerminationProtection: false,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

function listStacks(state: CloudFormationState): Operation {
  return operation<ListStacksInput, ListStacksOutput>({
    needs: () => [{ action: 'cloudformation:ListStacks', resource: '*' }],
    handle: (input) => {
      const wanted = input.StackStatusFilter?.map(String);
      const stacks = newestFirst(state).filter((stack) => !wanted?.length || wanted.includes(stack.status));
      const { items, ...rest } = page(stacks, input.NextToken);
      const StackSummaries = items.map((stack) => ({
        StackId: stack.stackId,
        StackName: stack.stackName,
        ...(stack.description !== undefined && { TemplateDescription: stack.description }),
        CreationTime: stack.createdAt,
        ...(stack.updatedAt && { LastUpdatedTime: stack.updatedAt }),
        ...(stack.deletedAt && { DeletionTime: stack.deletedAt }),
        StackStatus: stack.status,
        ...(stack.statusReason !== undefined && { StackStatusReason: stack.statusReason }),
      }));
      return { StackSummaries, ...rest };
    },
  });
}

function describeStackEvents(state: CloudFormationState): Operation {
  return operation<DescribeStackEventsInput, DescribeStackEventsOutput>({
    needs: (input, world) => stackNeeds(state, world, 'DescribeStackEvents', input.StackName),
    handle: (input) => {
      const { stackId } = requireStack(state, input.StackName);
      const events = [...state.events.values()].filter((event) => event.stackId === stackId).reverse();
      const { items, ...rest } = page(events, input.NextToken);
      return { StackEvents: items.map(describeEvent), ...rest };
    },
  });
}

function describeEvent(event: EventRecord): StackEvent {
  return {
    StackId: event.stackId,
    EventId: event.eventId,
    StackName: event.stackName,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: event.at,
    ResourceStatus: event.status as NonNullable<StackEvent['ResourceStatus']>,
    ...(event.reason !== undefined && { ResourceStatusReason: event.reason }),
    ...(event.properties !== undefined && { ResourceProperties: event.properties }),
  };
}

function getTemplate(state: CloudFormationState): Operation {
  return operation<GetTemplateInput, GetTemplateOutput>({
    needs: (input, world) => stackNeeds(state, world, 'GetTemplate', input.StackName),
    handle: (input) => ({
      TemplateBody: requireStack(state, input.StackName).templateBody,
      StagesAvailable: ['Original', 'Processed'],
    }),
  });
}

function listExports(state: CloudFormationState): Operation {
  return operation<ListExportsInput, ListExportsOutput>({
    needs: () => [{ action: 'cloudformation:ListExports', resource: '*' }],
    handle: (input) => {
      const { items, ...rest } = page([...allExports(state)], input.NextToken);
      const Exports = items.map(([Name, { value, stack }]) => ({
        ExportingStackId: stack.stackId,
        Name,
        Value: value,
      }));
      return { Exports, ...rest };
    },
  });
}
