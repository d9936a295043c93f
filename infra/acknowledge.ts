import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Accepts findings of the AwsSolutions rules on one construct, each with the reason that makes it acceptable there.
 * Keys are finding ids, e.g. `S1` or `IAM5[Resource::*]`; the pack's prefix is added.
 */
export function acknowledge(construct: IConstruct, findings: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(findings))
    Validations.of(construct).acknowledge({ id: `AwsSolutions-${id}`, reason });
}

/** Accepts that a role's statement names these resources with a wildcard, for one reason. */
export function acknowledgeWildcards(role: IConstruct, resources: readonly string[], reason: string): void {
  for (const resource of resources) {
    const text = flatten(Stack.of(role).resolve(resource));
    if (text.includes('*')) acknowledge(role, { [`IAM5[Resource::${text}]`]: reason });
  }
}

/** A resolved template value as the rules print it: references in angle brackets. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isFunction(value, 'Fn::Join')) {
    const [separator, parts] = value['Fn::Join'] as [string, unknown[]];
    return parts.map(flatten).join(separator);
  }
  if (isFunction(value, 'Fn::GetAtt')) return `<${(value['Fn::GetAtt'] as string[]).join('.')}>`;
  if (isFunction(value, 'Ref')) return `<${String(value.Ref)}>`;
  return JSON.stringify(value);
}

function isFunction<N extends string>(value: unknown, name: N): value is Record<N, unknown> {
  return typeof value === 'object' && value !== null && name in value;
}
