import { AwsError } from '../core/aws-error.ts';
import { invalidValue } from './errors.ts';

interface Rule {
  readonly name: string;
  readonly initial?: string;
  readonly valid: (value: string) => boolean;
  readonly fifo?: true;
}

const between = (least: number, most: number) => (value: string) =>
  /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most;
const flag = (value: string): boolean => value === 'true' || value === 'false';
const any = (): boolean => true;

/** Attributes that can be set, with their defaults and limits as in the API reference of SetQueueAttributes. */
const RULES: readonly Rule[] = [
  { name: 'VisibilityTimeout', initial: '30', valid: between(0, 43_200) },
  { name: 'MaximumMessageSize', initial: '1048576', valid: between(1024, 1_048_576) },
  { name: 'MessageRetentionPeriod', initial: '345600', valid: between(60, 1_209_600) },
  { name: 'DelaySeconds', initial: '0', valid: between(0, 900) },
  { name: 'ReceiveMessageWaitTimeSeconds', initial: '0', valid: between(0, 20) },
  { name: 'SqsManagedSseEnabled', initial: 'true', valid: flag },
  { name: 'Policy', valid: isPolicy },
  { name: 'RedrivePolicy', valid: isRedrivePolicy },
  { name: 'RedriveAllowPolicy', valid: isJson },
  { name: 'KmsMasterKeyId', valid: any },
  { name: 'KmsDataKeyReusePeriodSeconds', valid: between(60, 86_400) },
  { name: 'FifoQueue', valid: (value) => value === 'true', fifo: true },
  { name: 'ContentBasedDeduplication', initial: 'false', valid: flag, fifo: true },
  { name: 'DeduplicationScope', initial: 'queue', valid: (value) => /^(queue|messageGroup)$/.test(value), fifo: true },
  {
    name: 'FifoThroughputLimit',
    initial: 'perQueue',
    valid: (value) => /^per(Queue|MessageGroupId)$/.test(value),
    fifo: true,
  },
];

/** What a new queue has unless it is told otherwise. */
export function defaultAttributes(fifo: boolean): Record<string, string> {
  const rules = RULES.filter((rule) => rule.initial !== undefined && (fifo || !rule.fifo));
  return Object.fromEntries(rules.map((rule) => [rule.name, rule.initial ?? '']));
}

/** Attributes as a client sets them, checked. An empty policy takes the policy away. */
export function checkedAttributes(given: Readonly<Record<string, string>>, fifo: boolean): Record<string, string> {
  for (const [name, value] of Object.entries(given)) {
    const rule = RULES.find((one) => one.name === name);
    if (!rule || (rule.fifo && !fifo)) throw unknownAttribute(name);
    const clears = value === '' && /Policy$|^KmsMasterKeyId$/.test(name);
    if (!clears && !rule.valid(value)) throw invalidAttribute(name);
  }
  return { ...given };
}

/** Merges attributes; empty ones go. */
export function merged(
  before: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries({ ...before, ...given }).filter(([, value]) => value !== ''));
}

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/** Where messages go that are received too often. */
export function redrivePolicy(text: string | undefined): RedrivePolicy | undefined {
  if (!text) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as RedrivePolicy;
  return { deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount) };
}

function isRedrivePolicy(text: string): boolean {
  if (!isJson(text)) return false;
  const policy = redrivePolicy(text);
  const count = policy?.maxReceiveCount ?? 0;
  return !!policy?.deadLetterTargetArn && Number.isInteger(count) && count >= 1 && count <= 1000;
}

function isPolicy(text: string): boolean {
  return isJson(text) && typeof (JSON.parse(text) as { Statement?: unknown }).Statement === 'object';
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

function unknownAttribute(name: string): AwsError {
  return new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`, { status: 400 });
}

function invalidAttribute(name: string): AwsError {
  return name === 'Policy' || name === 'RedrivePolicy'
    ? invalidValue(`Value for parameter ${name} is invalid. Reason: Invalid value for the parameter.`)
    : new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`, { status: 400 });
}
