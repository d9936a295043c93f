import type {
  DescribeStackResourceInput,
  DescribeStackResourceOutput,
  DescribeStackResourcesInput,
  DescribeStackResourcesOutput,
  ListStackResourcesInput,
  ListStackResourcesOutput,
  StackResource,
  StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { operation, type Operation } from '../../core/service.ts';
import { templateError } from '../errors.ts';
import { stackResources, type CloudFormationState, type ResourceRecord, type StackRecord } from '../stack/state.ts';
import { stackNeeds } from './needs.ts';
import { page } from './paging.ts';
import { requireStack } from './read.ts';

/** Operations that look at the resources of stacks. */
export function resourceOperations(state: CloudFormationState): Record<string, Operation> {
  return {
    DescribeStackResource: describeStackResource(state),
    DescribeStackResources: describeStackResources(state),
    ListStackResources: listStackResources(state),
  };
}

function describe(stack: StackRecord, resource: ResourceRecord): StackResource {
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    Timestamp: resource.changedAt,
    ResourceStatus: resource.status,
    ...(resource.statusReason !== undefined && { ResourceStatusReason: resource.statusReason }),
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}

function describeStackResource(state: CloudFormationState): Operation {
  return operation<DescribeStackResourceInput, DescribeStackResourceOutput>({
    needs: (input, world) => stackNeeds(state, world, 'DescribeStackResource', input.StackName),
    handle: (input) => {
      const stack = requireStack(state, input.StackName);
      const found = stackResources(state, stack.stackId).find((r) => r.logicalId === input.LogicalResourceId);
      if (!found)
        throw templateError(`Resource ${input.LogicalResourceId ?? ''} does not exist for stack ${stack.stackName}`);
      const { Timestamp, ...detail } = describe(stack, found);
      return { StackResourceDetail: { ...detail, LastUpdatedTimestamp: Timestamp, Metadata: '{}' } };
    },
  });
}

/** A stack is named by its own name, or by the physical id of one of its resources. */
function describeStackResources(state: CloudFormationState): Operation {
  return operation<DescribeStackResourcesInput, DescribeStackResourcesOutput>({
    needs: (input, world) => stackNeeds(state, world, 'DescribeStackResources', input.StackName),
    handle: (input) => {
      const byPhysicalId = [...state.resources.values()].find((r) => r.physicalId === input.PhysicalResourceId);
      if (input.PhysicalResourceId !== undefined && !byPhysicalId)
        throw templateError(`Stack for ${input.PhysicalResourceId} does not exist`);
      const stack = requireStack(state, input.StackName ?? byPhysicalId?.stackId);
      const wanted = stackResources(state, stack.stackId).filter(
        (resource) => input.LogicalResourceId === undefined || resource.logicalId === input.LogicalResourceId,
      );
      return { StackResources: wanted.map((resource) => describe(stack, resource)) };
    },
  });
}

function listStackResources(state: CloudFormationState): Operation {
  return operation<ListStackResourcesInput, ListStackResourcesOutput>({
    needs: (input, world) => stackNeeds(state, world, 'ListStackResources', input.StackName),
    handle: (input) => {
      const stack = requireStack(state, input.StackName);
      const { items, ...rest } = page(stackResources(state, stack.stackId), input.NextToken);
      const StackResourceSummaries = items.map((resource) => summarize(stack, resource));
      return { StackResourceSummaries, ...rest };
    },
  });
}

function summarize(stack: StackRecord, resource: ResourceRecord): StackResourceSummary {
  const { StackId: _, StackName: __, Timestamp, ...summary } = describe(stack, resource);
  return {
    ...summary,
    LastUpdatedTimestamp: Timestamp,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}
