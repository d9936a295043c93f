import type { World } from '../../core/world.ts';
import { messageOf, templateError } from '../errors.ts';
import { checkProperties } from '../resource/check.ts';
import { IGNORED_TYPES, RESOURCE_TYPES } from '../resources/registry.ts';
import { attributeReferences } from '../template/attribute-references.ts';
import { dependenciesOf, type Dependencies } from '../template/dependencies.ts';
import type { Scope } from '../template/evaluate.ts';
import { parameterValues, type ParameterValues } from '../template/parameters.ts';
import { checkRules } from '../template/rules.ts';
import { createScope } from '../template/scope.ts';
import { parseTemplate, type ResourceDeclaration, type Template } from '../template/template.ts';
import { allExports, resourceKey, type CloudFormationState } from './state.ts';

/** A template that has been found good, with everything that can be known before anything is created. */
export interface Prepared {
  readonly template: Template;
  readonly body: string;
  readonly parameters: ParameterValues;
  readonly scope: Scope;
  /** The resources to have, and what each depends on. */
  readonly dependencies: Dependencies;
  /** Names of the exports that were asked for so far. */
  readonly imports: ReadonlySet<string>;
}

/** What a stack is to be made from. */
export interface StackSource {
  readonly stackName: string;
  readonly stackId: string;
  readonly templateBody: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Checks a template whole. Nothing is created when it is wrong or asks for what the sandbox does not support.
 * @throws AwsError ValidationError.
 */
export async function prepare(world: World, state: CloudFormationState, source: StackSource): Promise<Prepared> {
  const template = parseTemplate(source.templateBody);
  const parameters = await parameterValues(world, template, source.parameters);
  const imports = new Set<string>();
  const scope = createScope({
    world,
    stackName: source.stackName,
    stackId: source.stackId,
    template,
    parameters,
    resource: (logicalId) => {
      const record = state.resources.get(resourceKey(source.stackId, logicalId));
      return record && record.physicalId !== '' ? record : undefined;
    },
    importValue: (name) => {
      imports.add(name);
      const found = allExports(state).get(name);
      if (!found) throw templateError(`No export named ${name} found.`);
      return found.value;
    },
  });
  const dependencies = check(template, scope);
  return { template, body: source.templateBody, parameters, scope, dependencies, imports };
}

function check(template: Template, scope: Scope): Dependencies {
  try {
    checkRules(template, scope);
    const active = activeResources(template, scope);
    const problems = [...active].flatMap((logicalId) => resourceProblems(template, logicalId));
    const unknownAttributes = attributeProblems(template, active, scope);
    if (problems.length + unknownAttributes.length > 0)
      throw templateError([...problems, ...unknownAttributes].join('\n'));
    return dependenciesOf(template, active, (name) => scope.condition(name));
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError') throw error;
    throw templateError(messageOf(error));
  }
}

function activeResources(template: Template, scope: Scope): ReadonlySet<string> {
  const wanted = Object.entries(template.Resources).filter(
    ([, { Type, Condition }]) => !IGNORED_TYPES.has(Type) && (Condition === undefined || scope.condition(Condition)),
  );
  return new Set(wanted.map(([logicalId]) => logicalId));
}

function resourceProblems(template: Template, logicalId: string): readonly string[] {
  const resource: ResourceDeclaration | undefined = template.Resources[logicalId];
  if (!resource) return [];
  const type = RESOURCE_TYPES[resource.Type];
  if (!type) return [`the sandbox does not support the resource type ${resource.Type} (resource ${logicalId})`];
  const problems = checkProperties(resource.Properties ?? {}, type.properties);
  return problems.map((problem) => `${logicalId} (${resource.Type}): ${problem}`);
}

function attributeProblems(template: Template, active: ReadonlySet<string>, scope: Scope): readonly string[] {
  const condition = (name: string): boolean => scope.condition(name);
  const values = [...active].map((logicalId) => template.Resources[logicalId]?.Properties ?? {});
  const outputs = Object.values(template.Outputs)
    .filter((output) => output.Condition === undefined || condition(output.Condition))
    .map((output) => output.Value);
  return [...values, ...outputs]
    .flatMap((value) => attributeReferences(value, condition))
    .filter(({ logicalId, attribute }) => {
      const type = RESOURCE_TYPES[template.Resources[logicalId]?.Type ?? ''];
      return type && !type.attributes.includes(attribute);
    })
    .map(
      ({ logicalId, attribute }) =>
        `Template error: resource ${logicalId} does not support attribute type ${attribute} in Fn::GetAtt`,
    );
}
