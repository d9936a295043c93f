/**
 * List prices of us-east-1 in US dollars, without free tiers, as known in 2025. Sources: the pricing pages of each service
 * (aws.amazon.com/<service>/pricing) and, for DynamoDB, its on-demand prices since November 2024.
 */
export const PRICES = {
  /** Step Functions Standard: one state transition, retries included. */
  transition: 0.025 / 1000,
  /** Lambda, x86. */
  invocation: 0.2 / 1e6,
  gigabyteSecond: 0.0000166667,
  /** DynamoDB on demand: 1 KB written, 4 KB read consistently. */
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  /** CloudWatch: one metric asked for with GetMetricData; any other call. */
  metric: 0.01 / 1000,
  cloudWatchCall: 0.01 / 1000,
  s3Put: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  snsPublish: 0.5 / 1e6,
  secretCall: 0.05 / 10_000,
  /** X-Ray: one trace recorded. */
  trace: 5 / 1e6,
} as const;

/** Billed seconds of one invocation of a step: an assumption, on the safe side of what the sandbox measures. */
export const ASSUMED_SECONDS = 1;
