import { App, Validations } from 'aws-cdk-lib';
import type { IPolicyValidationPlugin } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { PlaceholderStack } from './placeholder-stack.ts';
import type { Placeholder } from './placeholder-stack.ts';
import { WeighbridgeStack } from './weighbridge-stack.ts';
import type { WeighbridgeStackProps } from './weighbridge-stack.ts';

/**
 * The CDK app. Context (`-c name=value`):
 * - `functions`: comma-separated names of the functions to release; default `orders`
 * - `hooks`: comma-separated names of verification hook functions
 * - `drill`: `false` for no fire drill; `drillSchedule`: when drills start by themselves, e.g. `rate(7 days)`
 * - `example`: adds the stack of the example function
 * - `placeholders`: functions to create with placeholder code, each `name` or `name=handler`
 * - `nag`: checks the AwsSolutions rules (set in cdk.json)
 */
const app = new App();

new WeighbridgeStack(app, 'Weighbridge', {
  functions: list('functions') ?? ['orders'],
  hooks: list('hooks') ?? [],
  drill: drill(),
});

const placeholders = list('placeholders');
if (placeholders) new PlaceholderStack(app, 'WeighbridgeFunctions', { placeholders: placeholders.map(placeholder) });
if (isSet('example')) {
  const { OrdersStack } = await import('../examples/orders/orders-stack.ts');
  new OrdersStack(app, 'WeighbridgeExample');
}
if (isSet('nag')) {
  const { AwsSolutionsChecks } = await import('cdk-nag');
  const checks: IPolicyValidationPlugin = new AwsSolutionsChecks(app);
  Validations.of(app).addPlugins(checks);
}
app.synth();

function placeholder(text: string): Placeholder {
  const [functionName = '', handler] = text.split('=');
  return { functionName, ...(handler && { handler }) };
}

function drill(): NonNullable<WeighbridgeStackProps['drill']> {
  const value: unknown = app.node.tryGetContext('drill');
  if (value === false || value === 'false') return false;
  const schedule: unknown = app.node.tryGetContext('drillSchedule');
  return typeof schedule === 'string' ? { schedule: Schedule.expression(schedule) } : {};
}

function list(key: string): string[] | undefined {
  const value: unknown = app.node.tryGetContext(key);
  const items = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : [];
  return items.some(Boolean) ? items.filter(Boolean) : undefined;
}

function isSet(key: string): boolean {
  const value: unknown = app.node.tryGetContext(key);
  return value === true || value === 'true';
}
