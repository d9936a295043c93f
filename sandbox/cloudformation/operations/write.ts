import type {
  CreateStackInput,
  CreateStackOutput,
  DeleteStackInput,
  Parameter,
  UpdateStackInput,
  UpdateStackOutput,
  ValidateTemplateInput,
  ValidateTemplateOutput,
} from '@aws-sdk/client-cloudformation';
import { AwsError } from '../../core/aws-error.ts';
import { operation, type Call, type Operation } from '../../core/service.ts';
import { templateError } from '../errors.ts';
import { startDelete } from '../stack/delete.ts';
import { startCreate, startUpdate, type StackRequest, type StartedStack } from '../stack/deploy.ts';
import { findStack, type CloudFormationState, type StackRecord } from '../stack/state.ts';
import { parseTemplate, type Template } from '../template/template.ts';
import { stackNeeds } from './needs.ts';
import { requireStack } from './read.ts';

/** Operations that change stacks. They answer at once; the work is done on the clock. */
export function writeOperations(state: CloudFormationState): Record<string, Operation> {
  return {
    CreateStack: createStack(state),
    UpdateStack: updateStack(state),
    DeleteStack: deleteStack(state),
    ValidateTemplate: validateTemplate(),
  };
}

const DIFFERS =
  'templates in JSON, given in TemplateBody; resources are made as the account administrator, not with the rights of the caller';

function createStack(state: CloudFormationState): Operation {
  return operation<CreateStackInput, CreateStackOutput>({
    needs: (input, world) => stackNeeds(state, world, 'CreateStack', input.StackName),
    handle: async (input, call) => {
      refuse(input, [
        'TemplateURL',
        'RoleARN',
        'NotificationARNs',
        'StackPolicyBody',
        'StackPolicyURL',
        'RollbackConfiguration',
        'EnableTerminationProtection',
      ]);
      const disableRollback = input.DisableRollback === true || input.OnFailure === 'DO_NOTHING';
      const started = await startCreate(call.world, state, { ...requestOf(input, undefined), disableRollback });
      runInBackground(call, started);
      return { StackId: started.stackId };
    },
    differs: DIFFERS,
  });
}

function updateStack(state: CloudFormationState): Operation {
  return operation<UpdateStackInput, UpdateStackOutput>({
    needs: (input, world) => stackNeeds(state, world, 'UpdateStack', input.StackName),
    handle: async (input, call) => {
      refuse(input, [
        'TemplateURL',
        'RoleARN',
        'NotificationARNs',
        'StackPolicyBody',
        'StackPolicyURL',
        'StackPolicyDuringUpdateBody',
        'RollbackConfiguration',
      ]);
      const request = requestOf(input, requireStack(state, input.StackName));
      const started = await startUpdate(call.world, state, {
        ...request,
        disableRollback: input.DisableRollback === true,
      });
      runInBackground(call, started);
      return { StackId: started.stackId };
    },
    differs: DIFFERS,
  });
}

/** A stack that does not exist counts as deleted. */
function deleteStack(state: CloudFormationState): Operation {
  return operation<DeleteStackInput, object>({
    needs: (input, world) => stackNeeds(state, world, 'DeleteStack', input.StackName),
    handle: (input, call) => {
      refuse(input, ['RoleARN', 'DeletionMode']);
      const stack = findStack(state, input.StackName ?? '');
      const started = stack && startDelete(call.world, state, stack.stackId, input.RetainResources ?? []);
      if (started) runInBackground(call, started);
      return {};
    },
    differs: 'resources are deleted as the account administrator, not with the rights of the caller',
  });
}

function validateTemplate(): Operation {
  return operation<ValidateTemplateInput, ValidateTemplateOutput>({
    needs: () => [{ action: 'cloudformation:ValidateTemplate', resource: '*' }],
    handle: (input) => {
      refuse(input, ['TemplateURL']);
      const template = parseTemplate(required(input.TemplateBody));
      const Parameters = Object.entries(template.Parameters).map(([ParameterKey, declaration]) => ({
        ParameterKey,
        NoEcho: String(declaration.NoEcho) === 'true',
        ...(declaration.Default !== undefined && { DefaultValue: String(declaration.Default) }),
      }));
      const Capabilities = [...neededCapabilities(template)];
      return {
        Parameters,
        ...(Capabilities.length > 0 && { Capabilities }),
        ...(template.Description !== undefined && { Description: template.Description }),
      };
    },
    differs: 'templates in JSON, given in TemplateBody',
  });
}

/** Members that would change what happens, and that the sandbox does not follow. */
function refuse<I extends object>(input: I, members: readonly (keyof I & string)[]): void {
  const member = members.find((name) => input[name] !== undefined);
  if (member !== undefined) throw templateError(`the sandbox does not support ${member}`);
}

function required(templateBody: string | undefined): string {
  if (templateBody !== undefined) return templateBody;
  throw templateError('Either Template URL or Template Body must be specified.');
}

function requestOf(
  input: CreateStackInput | UpdateStackInput,
  existing: StackRecord | undefined,
): Omit<StackRequest, 'disableRollback'> {
  const previous = 'UsePreviousTemplate' in input && input.UsePreviousTemplate ? existing?.templateBody : undefined;
  const templateBody = previous ?? required(input.TemplateBody);
  const capabilities = (input.Capabilities ?? []).map(String);
  requireCapabilities(parseTemplate(templateBody), capabilities);
  return {
    stackName: stackName(input.StackName, existing),
    templateBody,
    parameters: Object.fromEntries((input.Parameters ?? []).map((p) => parameter(p, existing))),
    capabilities,
    tags: input.Tags ? input.Tags.map(({ Key = '', Value = '' }) => ({ Key, Value })) : (existing?.tags ?? []),
  };
}

function stackName(given: string | undefined, existing: StackRecord | undefined): string {
  if (existing) return existing.stackName;
  if (given !== undefined && /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(given)) return given;
  throw templateError(
    `1 validation error detected: Value '${given ?? ''}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
  );
}

function parameter(given: Parameter, existing: StackRecord | undefined): readonly [string, string] {
  const name = given.ParameterKey ?? '';
  if (!given.UsePreviousValue) return [name, given.ParameterValue ?? ''];
  const previous = existing?.parameters.find((known) => known.name === name);
  if (!previous)
    throw templateError(
      `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
    );
  return [name, previous.given];
}

type Capability = 'CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM';

/** What the user must acknowledge: a template that makes IAM resources, or that names them. */
function neededCapabilities(template: Template): readonly Capability[] {
  const iam = Object.values(template.Resources).filter((resource) => resource.Type.startsWith('AWS::IAM::'));
  if (iam.length === 0) return [];
  const named = iam.some(
    ({ Properties: p }) => p?.['RoleName'] !== undefined || p?.['ManagedPolicyName'] !== undefined,
  );
  return [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'];
}

function requireCapabilities(template: Template, given: readonly string[]): void {
  const missing = neededCapabilities(template).filter(
    (capability) => !given.includes(capability) && !given.includes('CAPABILITY_NAMED_IAM'),
  );
  if (missing.length > 0)
    throw new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${missing.join(', ')}]`, {
      status: 400,
    });
}

function runInBackground({ world }: Call, started: StartedStack): void {
  world.clock.setTimer(0, () => void world.clock.held('request', () => started.run()));
}
