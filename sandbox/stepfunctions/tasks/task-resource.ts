import { OPTIMISED } from './optimised.ts';
import { SDK_SERVICES } from './sdk-services.ts';

/** How a task waits: for the answer, for a child execution to end, or for somebody to send its token back. */
export type Pattern = 'requestResponse' | 'sync' | 'sync:2' | 'waitForTaskToken';

/** What a Task's `Resource` names. */
export type TaskResource =
  | { readonly kind: 'function'; readonly arn: string; readonly pattern: 'requestResponse' }
  | { readonly kind: 'optimised'; readonly service: string; readonly action: string; readonly pattern: Pattern }
  | { readonly kind: 'aws-sdk'; readonly service: string; readonly action: string; readonly pattern: Pattern };

const FUNCTION_ARN = /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;
const INTEGRATION =
  /^arn:aws[\w-]*:states:[\w-]*:\d*:(?:(aws-sdk):)?([\w-]+):(\w+)(?:\.(sync:2|sync|waitForTaskToken))?$/;

/** Reads a `Resource`; absent when it is of no form that the sandbox knows. */
export function parseResource(resource: string): TaskResource | undefined {
  if (FUNCTION_ARN.test(resource)) return { kind: 'function', arn: resource, pattern: 'requestResponse' };
  const [, sdk, service, action, suffix] = INTEGRATION.exec(resource) ?? [];
  if (service === undefined || action === undefined) return undefined;
  const pattern = (suffix ?? 'requestResponse') as Pattern;
  return { kind: sdk ? 'aws-sdk' : 'optimised', service, action, pattern };
}

/** Why a `Resource` cannot be run here, in a sentence; absent when it can. */
export function unsupportedResource(resource: unknown): string | undefined {
  if (typeof resource !== 'string') return 'Expected value of type String';
  const parsed = parseResource(resource);
  if (!parsed)
    return `The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;
  if (parsed.kind === 'function') return undefined;
  return parsed.kind === 'optimised' ? unsupportedOptimised(parsed) : unsupportedSdk(parsed);
}

function unsupportedOptimised(resource: Exclude<TaskResource, { kind: 'function' }>): string | undefined {
  const { service, action, pattern } = resource;
  const known = OPTIMISED[`${service}:${action}`];
  if (!known) return `The sandbox does not support the service integration '${service}:${action}'`;
  if (known.patterns.includes(pattern)) return undefined;
  return `The service integration '${service}:${action}' does not support '.${pattern}'`;
}

function unsupportedSdk(resource: Exclude<TaskResource, { kind: 'function' }>): string | undefined {
  const { service, pattern } = resource;
  if (!(service in SDK_SERVICES))
    return `The sandbox does not support the service '${service}' in AWS SDK integrations`;
  if (pattern === 'requestResponse' || pattern === 'waitForTaskToken') return undefined;
  return `AWS SDK integrations do not support '.${pattern}'`;
}
