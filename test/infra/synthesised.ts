import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { OrdersStack } from '../../examples/orders/orders-stack.ts';
import { WeighbridgeStack } from '../../infra/weighbridge-stack.ts';
import type { WeighbridgeStackProps } from '../../infra/weighbridge-stack.ts';

/** An app without bundling: what is asserted here does not depend on the code's bytes. */
export function anApp(): App {
  return new App({ context: { 'aws:cdk:bundling-stacks': [] } });
}

export function pipeline(props: Partial<WeighbridgeStackProps> = {}): WeighbridgeStack {
  return new WeighbridgeStack(anApp(), 'Weighbridge', { functions: ['orders', 'billing'], ...props });
}

export function pipelineTemplate(props: Partial<WeighbridgeStackProps> = {}): Template {
  return Template.fromStack(pipeline(props));
}

export function exampleTemplate(): Template {
  return Template.fromStack(new OrdersStack(anApp(), 'WeighbridgeExample'));
}

/** An `AWS::IAM::Policy` statement as it stands in a template. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** All statements of the role that is the `Role` of the construct `id`. */
export function statementsOf(template: Template, id: string): Statement[] {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  return policies
    .filter(([logicalId]) => new RegExp(`^${id}RoleDefaultPolicy[0-9A-F]{8}$`).test(logicalId))
    .flatMap(([, policy]) => {
      const { PolicyDocument } = (policy as { Properties: { PolicyDocument: { Statement: Statement[] } } }).Properties;
      return PolicyDocument.Statement;
    });
}

export function actionsOf({ Action }: Statement): readonly string[] {
  return typeof Action === 'string' ? [Action] : Action;
}

/** A resource with its references in angle brackets: `arn:<AWS::Partition>:lambda:…`. */
export function resourcesOf({ Resource }: Statement): string[] {
  return (Array.isArray(Resource) ? Resource : [Resource]).map(flat);
}

function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, argument]] = Object.entries(value as object) as [[string, unknown]];
  if (name === 'Ref') return `<${String(argument)}>`;
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(flat).join((argument as [string])[0]);
  return JSON.stringify(value);
}
