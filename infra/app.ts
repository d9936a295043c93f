import { App, Validations } from 'aws-cdk-lib';
import { WeighbridgeStack } from './weighbridge-stack.ts';

/**
 * The CDK app. Context (`-c name=value`):
 * - `functions`: comma-separated names of the functions to release; default `orders`
 * - `hooks`: comma-separated names of verification hook functions
 * - `example`: adds the stack of the example function
 * - `nag`: checks the AwsSolutions rules (set in cdk.json)
 */
const app = new App();
const functions = names('functions') ?? ['orders'];

new WeighbridgeStack(app, 'Weighbridge', { functions, hooks: names('hooks') ?? [] });

if (isSet('example')) {
  const { OrdersStack } = await import('../examples/orders/orders-stack.ts');
  new OrdersStack(app, 'WeighbridgeExample');
}
if (isSet('nag')) {
  const { AwsSolutionsChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
app.synth();

function names(key: string): string[] | undefined {
  const value: unknown = app.node.tryGetContext(key);
  const list = typeof value === 'string' ? value.split(',').map((name) => name.trim()) : [];
  return list.some(Boolean) ? list.filter(Boolean) : undefined;
}

function isSet(key: string): boolean {
  const value: unknown = app.node.tryGetContext(key);
  return value === true || value === 'true';
}
