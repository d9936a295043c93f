import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts';

/** A sandbox on the virtual clock with a CloudFormation client, and stacks that are waited for. */
export interface Stacks {
  readonly sandbox: Sandbox;
  readonly client: CloudFormationClient;
  /** Calls any operation as the administrator. */
  call<O = Record<string, unknown>>(
    service: Parameters<Sandbox['world']['call']>[0],
    operation: string,
    input: object,
  ): Promise<O>;
  create(resources: object, rest?: object, request?: object): Promise<Stack>;
  update(resources: object, rest?: object, request?: object): Promise<Stack>;
  delete(retain?: string[]): Promise<Stack>;
  describe(): Promise<Stack>;
  /** `LogicalId STATUS` of all events, the oldest first, without those of the stack itself. */
  events(): Promise<string[]>;
  /** Reasons of failed events. */
  failures(): Promise<string[]>;
}

const StackName = 'Shop';
const Capabilities = ['CAPABILITY_NAMED_IAM' as const];

/** Builds it; the caller closes the sandbox. */
export async function someStacks(): Promise<Stacks> {
  const sandbox = await createSandbox({ clock: { kind: 'virtual' } });
  const client = new CloudFormationClient(sandbox.clientConfig);
  let stackId = '';
  const describe = async (): Promise<Stack> => {
    const { Stacks: found } = await client.send(new DescribeStacksCommand({ StackName: stackId }));
    if (!found?.[0]) throw new Error('no stack');
    return found[0];
  };
  const settled = async (): Promise<Stack> => {
    for (;;) {
      const stack = await describe();
      if (!stack.StackStatus?.endsWith('IN_PROGRESS')) return stack;
      await sandbox.world.clock.held('request', () => sandbox.world.clock.sleep(1000));
    }
  };
  const template = (Resources: object, rest: object): string => JSON.stringify({ Resources, ...rest });
  const stackEvents = async () =>
    ((await client.send(new DescribeStackEventsCommand({ StackName: stackId }))).StackEvents ?? []).reverse();
  return {
    sandbox,
    client,
    describe,
    call: (service, operation, input) => sandbox.world.call(service, operation, input, { kind: 'account' }),
    create: async (resources, rest = {}, request = {}) => {
      const TemplateBody = template(resources, rest);
      const made = await client.send(new CreateStackCommand({ StackName, Capabilities, TemplateBody, ...request }));
      stackId = made.StackId ?? '';
      return settled();
    },
    update: async (resources, rest = {}, request = {}) => {
      const TemplateBody = template(resources, rest);
      await client.send(new UpdateStackCommand({ StackName, Capabilities, TemplateBody, ...request }));
      return settled();
    },
    delete: async (RetainResources) => {
      await client.send(new DeleteStackCommand({ StackName, ...(RetainResources && { RetainResources }) }));
      return settled();
    },
    events: async () =>
      (await stackEvents())
        .filter((event) => event.ResourceType !== 'AWS::CloudFormation::Stack')
        .map((event) => `${event.LogicalResourceId ?? ''} ${event.ResourceStatus ?? ''}`),
    failures: async () =>
      (await stackEvents())
        .filter((event) => event.ResourceStatus?.endsWith('_FAILED'))
        .map((event) => event.ResourceStatusReason ?? ''),
  };
}
