import { AwsError } from '../core/aws-error.ts';
import type { ServiceId } from '../core/service.ts';
import type { Decision } from './evaluate.ts';
import type { AccessRequest } from './request.ts';

interface Wording {
  readonly code: string;
  readonly status: number;
  /** How the service writes an action; IAM's spelling when absent. */
  readonly action?: (action: string) => string;
  /** S3 puts the resource in quotes. */
  readonly quotesResource?: boolean;
}

const exception = (status: number): Wording => ({ code: 'AccessDeniedException', status });
const plain: Wording = { code: 'AccessDenied', status: 403 };

/** How each service says no. Lambda answers 403, the JSON services 400, the query services 403. */
const WORDINGS: Readonly<Record<ServiceId, Wording>> = {
  Lambda: exception(403),
  SFN: exception(400),
  DynamoDB: exception(400),
  EventBridge: exception(400),
  'CloudWatch Logs': exception(400),
  SSM: exception(400),
  'Secrets Manager': exception(400),
  CloudWatch: plain,
  CloudFormation: plain,
  IAM: plain,
  STS: plain,
  S3: { ...plain, quotesResource: true },
  SQS: { ...plain, action: (action) => action.toLowerCase() },
  SNS: { code: 'AuthorizationErrorException', status: 403, action: (action) => action.replace(/^sns:/, 'SNS:') },
};

/** The error that a service answers when the policies say no: it names principal, action, resource and reason. */
export function accessDenied(
  service: ServiceId,
  request: AccessRequest,
  decision: Decision & { allowed: false },
): AwsError {
  const wording = WORDINGS[service];
  const action = wording.action?.(request.action) ?? request.action;
  const resource = wording.quotesResource ? `"${request.resource}"` : request.resource;
  const on = request.resource === '*' ? '' : ` on resource: ${resource}`;
  const why = reason(action, decision);
  const message = `User: ${request.principal.arn} is not authorized to perform: ${action}${on}${why}`;
  return new AwsError(wording.code, message, { status: wording.status });
}

/** STS gives no reason when a trust policy does not let somebody in. */
function reason(action: string, decision: Decision & { allowed: false }): string {
  if (decision.explicit) return ` with an explicit deny in ${article(decision.in)} ${decision.in}`;
  if (action === 'sts:AssumeRole') return '';
  return ` because no ${decision.in} allows the ${action} action`;
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an' : 'a';
}
