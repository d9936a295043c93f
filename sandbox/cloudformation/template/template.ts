import { templateError } from '../errors.ts';
import { isObject, type TemplateObject, type TemplateValue } from './intrinsics.ts';

export interface ParameterDeclaration {
  readonly Type: string;
  readonly Default?: string | number;
  readonly AllowedValues?: readonly (string | number)[];
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly MinLength?: number;
  readonly MaxLength?: number;
  readonly MinValue?: number;
  readonly MaxValue?: number;
  readonly NoEcho?: boolean | string;
}

export interface ResourceDeclaration {
  readonly Type: string;
  readonly Properties?: TemplateObject;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface OutputDeclaration {
  readonly Value: TemplateValue;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: TemplateValue };
}

export interface RuleDeclaration {
  readonly RuleCondition?: TemplateValue;
  readonly Assertions: readonly { readonly Assert: TemplateValue; readonly AssertDescription?: string }[];
}

/** A template after its form has been checked. */
export interface Template {
  readonly Description?: string;
  readonly Parameters: Readonly<Record<string, ParameterDeclaration>>;
  readonly Mappings: Readonly<Record<string, Readonly<Record<string, TemplateObject>>>>;
  readonly Conditions: TemplateObject;
  readonly Rules: Readonly<Record<string, RuleDeclaration>>;
  readonly Resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly Outputs: Readonly<Record<string, OutputDeclaration>>;
}

const SECTIONS = ['Parameters', 'Mappings', 'Conditions', 'Rules', 'Resources', 'Outputs'] as const;
const OTHER_SECTIONS = ['AWSTemplateFormatVersion', 'Description', 'Metadata'] as const;

/** Attributes of a resource that the sandbox follows. */
const RESOURCE_ATTRIBUTES = new Set([
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'Metadata',
  'DeletionPolicy',
  'UpdateReplacePolicy',
]);

const DELETION_POLICIES = new Set(['Delete', 'Retain', 'RetainExceptOnCreate', undefined]);

/**
 * Parses a template in JSON and checks its form.
 * @throws AwsError ValidationError, as CloudFormation answers; also for a section or attribute that the sandbox does
 * not support.
 */
export function parseTemplate(body: string): Template {
  const value = parseJson(body);
  const unknown = Object.keys(value).find((key) => ![...SECTIONS, ...OTHER_SECTIONS].some((known) => known === key));
  if (unknown !== undefined) throw templateError(`the sandbox does not support the template section ${unknown}`);
  const sections = Object.fromEntries(SECTIONS.map((name) => [name, section(value, name)]));
  const template = { ...value, ...sections } as unknown as Template;
  if (Object.keys(template.Resources).length === 0)
    throw templateError('Template format error: At least one Resources member must be defined.');
  for (const [logicalId, resource] of Object.entries(template.Resources)) checkResource(logicalId, resource);
  for (const [name, output] of Object.entries(template.Outputs))
    if (output.Value === undefined) throw templateError(`Template format error: Output ${name} must have a Value`);
  return template;
}

function parseJson(body: string): TemplateObject {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw templateError('Template format error: JSON not well-formed. The sandbox reads templates in JSON only.');
  }
  if (!isObject(value)) throw templateError('Template format error: unsupported structure.');
  return value;
}

function section(template: TemplateObject, name: string): TemplateObject {
  const value = template[name] ?? {};
  if (!isObject(value)) throw templateError(`Template format error: ${name} must be an object.`);
  return value;
}

function checkResource(logicalId: string, resource: ResourceDeclaration): void {
  if (!isObject(resource)) throw templateError(`Template format error: resource ${logicalId} must be an object.`);
  if (!/^[A-Za-z0-9]+$/.test(logicalId))
    throw templateError(`Template format error: Resource name ${logicalId} is non alphanumeric.`);
  if (typeof resource.Type !== 'string')
    throw templateError(
      `Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`,
    );
  const unknown = Object.keys(resource).find((key) => !RESOURCE_ATTRIBUTES.has(key));
  if (unknown !== undefined)
    throw templateError(`the sandbox does not support the attribute ${unknown} (resource ${logicalId})`);
  for (const policy of [resource.DeletionPolicy, resource.UpdateReplacePolicy])
    if (!DELETION_POLICIES.has(policy))
      throw templateError(`the sandbox does not support the deletion policy ${policy ?? ''} (resource ${logicalId})`);
}

/** The logical ids that a resource names in `DependsOn`. */
export function explicitDependencies(resource: ResourceDeclaration): readonly string[] {
  const value = resource.DependsOn ?? [];
  return typeof value === 'string' ? [value] : value;
}
