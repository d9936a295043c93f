import type { ServiceId } from '../core/service.ts';

/** How many requests of a kind the account may make a second, in one Region. */
export interface RateLimit {
  readonly name: string;
  readonly perSecond: number;
  readonly service: ServiceId;
  /** The operations that share the limit. */
  readonly counts: (operation: string) => boolean;
}

const INVOCATIONS: ReadonlySet<string> = new Set(['Invoke', 'InvokeAsync', 'InvokeWithResponseStream']);
const OWN_LIMIT: ReadonlySet<string> = new Set(['GetFunction', 'GetPolicy']);

/**
 * The limits that a release pipeline meets first. Those of Lambda cannot be raised.
 * Sources: AWS Lambda developer guide, "Lambda quotas", API requests; CloudWatch user guide, "CloudWatch service quotas".
 */
export const RATE_LIMITS: readonly RateLimit[] = [
  {
    name: 'Lambda control plane',
    perSecond: 15,
    service: 'Lambda',
    counts: (operation) => !INVOCATIONS.has(operation) && !OWN_LIMIT.has(operation),
  },
  one('Lambda', 'GetFunction', 100),
  one('Lambda', 'GetPolicy', 15),
  one('CloudWatch', 'GetMetricData', 50),
];

function one(service: ServiceId, name: string, perSecond: number): RateLimit {
  return { name: `${service} ${name}`, perSecond, service, counts: (operation) => operation === name };
}
