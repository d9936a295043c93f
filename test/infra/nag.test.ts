import { Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { OrdersStack } from '../../examples/orders/orders-stack.ts';
import { WeighbridgeStack } from '../../infra/weighbridge-stack.ts';
import { anApp, pipeline } from './synthesised.ts';

describe('the AwsSolutions rules', () => {
  it.each([
    { name: 'the pipeline', stack: () => pipeline() },
    { name: 'the pipeline with hooks', stack: () => pipeline({ hooks: ['smoke-test'] }) },
    { name: 'the example', stack: () => new OrdersStack(anApp(), 'WeighbridgeExample') },
  ])('find nothing that is not acknowledged in $name', ({ stack }) => {
    const { violations } = new AwsSolutionsChecks().validateScope(stack());
    const found = violations.map(({ ruleName, violatingResources }) => ({
      ruleName,
      at: violatingResources.map(({ constructPath }) => constructPath),
    }));
    expect(found).toEqual([]);
  });

  it('would find a bucket that anybody may read', () => {
    const stack = new WeighbridgeStack(anApp(), 'Weighbridge', { functions: ['orders'] });
    new Bucket(stack, 'Careless');
    const { violations } = new AwsSolutionsChecks().validateScope(stack);
    expect(violations.map(({ ruleName }) => ruleName)).toContain('AwsSolutions-S10');
  });

  it('are acknowledged with a reason, each', () => {
    const reasons = acknowledgements(pipeline());
    expect(reasons.length).toBeGreaterThan(20);
    for (const { id, reason } of reasons) expect(reason.length, id).toBeGreaterThan(30);
  });
});

function acknowledgements(root: IConstruct): { id: string; reason: string }[] {
  return root.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) =>
          Object.entries(data as Record<string, string>).map(([id, reason]) => ({ id, reason: reason ?? '' })),
        ),
    );
}
