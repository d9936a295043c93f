import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { WeighbridgeFunctionPolicy } from './function-policy.ts';
import type { PolicyDocument } from './function-policy.ts';
import { ReleasedFunction } from './released-function.ts';

/** A function by name, with its handler where that is not `index.handler`. */
export interface Placeholder {
  readonly functionName: string;
  readonly handler?: string;
}

export interface PlaceholderStackProps extends StackProps {
  readonly placeholders: readonly Placeholder[];
}

/** To begin with: a tenth for five minutes. Without traffic there is nothing to judge, and no reason to wait for a person. */
const FIRST_POLICY: PolicyDocument = {
  environments: [
    { name: 'production', strategy: { type: 'canary', percent: 10, minutes: 5 }, onInconclusive: 'promote' },
  ],
};

/** Functions to try releases on: each with placeholder code and a policy to begin with. */
export class PlaceholderStack extends Stack {
  constructor(scope: Construct, id: string, { placeholders, ...props }: PlaceholderStackProps) {
    super(scope, id, { description: 'Functions that wait for their first release', ...props });
    for (const { functionName, handler } of placeholders) {
      new ReleasedFunction(this, functionName, { functionName, ...(handler && { handler }) });
      new WeighbridgeFunctionPolicy(this, `${functionName}-policy`, { functionName, policy: FIRST_POLICY });
    }
  }
}
