import { Token } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { checkPolicy } from '../domain/policy.ts';
import type { EnvironmentPolicy, Policy } from '../domain/policy.ts';
import { POLICY_PREFIX } from './resource-names.ts';

/** A policy as one writes it: what has a default may be left out. */
export interface PolicyDocument {
  readonly environments: readonly EnvironmentPolicy[];
  readonly notifications?: Policy['notifications'];
}

export interface WeighbridgeFunctionPolicyProps {
  /** Name of the function whose releases the policy governs. */
  readonly functionName: string;
  readonly policy: PolicyDocument;
}

/**
 * Writes a function's release policy to Parameter Store, where the pipeline reads it at each release. Alarm names, topics
 * and secrets may be references to other resources.
 * @throws InvalidReleaseError at synthesis, listing everything that is wrong with the policy.
 */
export class WeighbridgeFunctionPolicy extends Construct {
  readonly parameter: StringParameter;

  constructor(scope: Construct, id: string, { functionName, policy }: WeighbridgeFunctionPolicyProps) {
    super(scope, id);
    checkPolicy(withoutReferences(policy));
    this.parameter = new StringParameter(this, 'Parameter', {
      parameterName: `${POLICY_PREFIX}/${functionName}`,
      description: `Weighbridge release policy of ${functionName}`,
      stringValue: JSON.stringify(policy, null, 2),
    });
  }
}

const SAMPLE_TOPIC = 'arn:aws:sns:us-east-1:123456789012:topic';
const SAMPLE_SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:name';

/** The policy with references, whose values only a deployment knows, replaced by ARNs of the right form. */
function withoutReferences(value: unknown, path: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutReferences(item, path));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, withoutReferences(inner, [...path, key])]),
    );
  if (!Token.isUnresolved(value)) return value;
  if (path.at(-1) === 'snsTopicArn') return SAMPLE_TOPIC;
  return path.includes('secrets') ? SAMPLE_SECRET : value;
}
