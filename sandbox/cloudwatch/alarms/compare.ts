import type { ComparisonOperator } from '@aws-sdk/client-cloudwatch';

/** Comparison operators of alarms without anomaly detection, and how state reasons word them. */
export const COMPARISONS = {
  GreaterThanThreshold: { words: 'greater than', breaches: (value: number, threshold: number) => value > threshold },
  GreaterThanOrEqualToThreshold: {
    words: 'greater than or equal to',
    breaches: (value: number, threshold: number) => value >= threshold,
  },
  LessThanThreshold: { words: 'less than', breaches: (value: number, threshold: number) => value < threshold },
  LessThanOrEqualToThreshold: {
    words: 'less than or equal to',
    breaches: (value: number, threshold: number) => value <= threshold,
  },
} as const;

/** Whether the sandbox can compare so. */
export function isComparison(operator: ComparisonOperator | undefined): operator is keyof typeof COMPARISONS {
  return operator !== undefined && Object.hasOwn(COMPARISONS, operator);
}
