import { templateError } from '../errors.ts';
import { attributePath } from './evaluate.ts';
import { intrinsicCall, isObject, subParts, textOf, type IntrinsicCall, type TemplateValue } from './intrinsics.ts';
import { explicitDependencies, type Template } from './template.ts';

/** For each resource, in template order, the resources that must be there before it. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Finds what the resources in `active` depend on, through `DependsOn`, `Ref`, `Fn::GetAtt` and `Fn::Sub`.
 * @throws AwsError ValidationError for references to what is not there, and for circles.
 */
export function dependenciesOf(
  template: Template,
  active: ReadonlySet<string>,
  condition: (name: string) => boolean,
): Dependencies {
  const dependencies = new Map<string, ReadonlySet<string>>();
  for (const logicalId of active) {
    const resource = template.Resources[logicalId];
    if (!resource) continue;
    const named = references(resource.Properties ?? {}, condition).filter((name) => !isParameter(template, name));
    const unresolved = [...new Set(named.filter((name) => !active.has(name)))];
    if (unresolved.length > 0) throw unresolvedDependencies(unresolved);
    const explicit = explicitDependencies(resource);
    const undeclared = explicit.filter((name) => !template.Resources[name]);
    if (undeclared.length > 0) throw unresolvedDependencies(undeclared);
    // A dependency whose condition is false is as good as not written.
    dependencies.set(logicalId, new Set([...named, ...explicit.filter((name) => active.has(name))]));
  }
  refuseCircles(dependencies);
  return dependencies;
}

function unresolvedDependencies(names: readonly string[]): Error {
  return templateError(
    `Template format error: Unresolved resource dependencies [${names.join(', ')}] in the Resources block of the template`,
  );
}

function isParameter(template: Template, name: string): boolean {
  return name.startsWith('AWS::') || template.Parameters[name] !== undefined;
}

/** Names that a value refers to, parameters and pseudo parameters among them; of `Fn::If` only the branch that holds. */
export function references(value: TemplateValue, condition: (name: string) => boolean): readonly string[] {
  if (Array.isArray(value)) return (value as readonly TemplateValue[]).flatMap((v) => references(v, condition));
  if (!isObject(value)) return [];
  const call = intrinsicCall(value);
  if (call) return callReferences(call, condition);
  return Object.values(value).flatMap((member) => references(member, condition));
}

function callReferences(call: IntrinsicCall, condition: (name: string) => boolean): readonly string[] {
  const { name, argument } = call;
  if (name === 'Ref') return [textOf(argument)];
  if (name === 'Fn::GetAtt') return [attributePath(argument)[0]];
  if (name === 'Fn::Sub') return subReferences(argument, condition);
  if (name !== 'Fn::If' || !Array.isArray(argument)) return references(argument, condition);
  const [test, whenTrue, whenFalse] = argument as readonly TemplateValue[];
  return references((condition(textOf(test)) ? whenTrue : whenFalse) ?? null, condition);
}

function subReferences(argument: TemplateValue, condition: (name: string) => boolean): readonly string[] {
  const [template, variables = {}] = Array.isArray(argument) ? (argument as readonly TemplateValue[]) : [argument];
  const own = isObject(variables) ? variables : {};
  const named = subParts(textOf(template)).flatMap((part) =>
    'name' in part && !(part.name in own) ? [part.name] : [],
  );
  return [...named.map((name) => name.split('.')[0] ?? name), ...references(own, condition)];
}

function refuseCircles(dependencies: Dependencies): void {
  const left = new Map(dependencies);
  for (;;) {
    const free = [...left].filter(([, needs]) => ![...needs].some((name) => left.has(name)));
    for (const [logicalId] of free) left.delete(logicalId);
    if (left.size === 0) return;
    if (free.length === 0)
      throw templateError(`Circular dependency between resources: [${[...left.keys()].join(', ')}]`);
  }
}
