import type { World } from '../../core/world.ts';
import { templateError } from '../errors.ts';
import type { ResourceState } from '../resource/resource-type.ts';
import { evaluateCondition, NO_VALUE, type Scope } from './evaluate.ts';
import type { TemplateValue } from './intrinsics.ts';
import type { ParameterValues } from './parameters.ts';
import type { Template } from './template.ts';

/** Where the values of expressions come from. */
export interface ScopeParts {
  readonly world: World;
  readonly stackName: string;
  readonly stackId: string;
  readonly template: Template;
  readonly parameters: ParameterValues;
  /** A resource as far as it is there yet. */
  resource(logicalId: string): ResourceState | undefined;
  importValue(name: string): string;
}

/** The scope of a stack's template. */
export function createScope(parts: ScopeParts): Scope {
  const conditions = new Map<string, boolean>();
  const scope: Scope = {
    region: parts.world.region,
    ref: (name) => reference(parts, name),
    attribute: (logicalId, name) => attribute(parts, logicalId, name),
    mapping: (map, first, second) => parts.template.Mappings[map]?.[first]?.[second],
    importValue: (name) => parts.importValue(name),
    condition: (name) => {
      const known = conditions.get(name) ?? evaluateCondition(declaredCondition(parts.template, name), scope);
      conditions.set(name, known);
      return known;
    },
  };
  return scope;
}

function declaredCondition(template: Template, name: string): TemplateValue {
  const condition = template.Conditions[name];
  if (condition === undefined) throw templateError(`Template format error: Unresolved condition dependency ${name}`);
  return condition;
}

function reference(parts: ScopeParts, name: string): TemplateValue | typeof NO_VALUE {
  const pseudo = name.startsWith('AWS::') ? pseudoParameter(parts, name) : undefined;
  if (pseudo !== undefined) return pseudo;
  const parameter = parts.parameters[name];
  if (parameter) return parameter.value;
  const resource = parts.resource(name);
  if (resource) return resource.physicalId;
  throw templateError(
    `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
  );
}

function pseudoParameter(parts: ScopeParts, name: string): TemplateValue | typeof NO_VALUE {
  switch (name) {
    case 'AWS::AccountId':
      return parts.world.accountId;
    case 'AWS::Region':
      return parts.world.region;
    case 'AWS::Partition':
      return 'aws';
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    case 'AWS::StackName':
      return parts.stackName;
    case 'AWS::StackId':
      return parts.stackId;
    case 'AWS::NotificationARNs':
      return [];
    case 'AWS::NoValue':
      return NO_VALUE;
    default:
      throw templateError(`the sandbox does not support the pseudo parameter ${name}`);
  }
}

function attribute(parts: ScopeParts, logicalId: string, name: string): string {
  const resource = parts.resource(logicalId);
  if (!resource)
    throw templateError(`Template error: instance of Fn::GetAtt references undefined resource ${logicalId}`);
  const value = resource.attributes[name];
  if (value !== undefined) return value;
  throw templateError(`Template error: resource ${logicalId} does not support attribute type ${name} in Fn::GetAtt`);
}
