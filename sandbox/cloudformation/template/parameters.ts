import type { World } from '../../core/world.ts';
import { templateError } from '../errors.ts';
import type { ParameterDeclaration, Template } from './template.ts';

/** A parameter's value as given, and as expressions see it. */
export interface ParameterValue {
  readonly given: string;
  readonly value: string | readonly string[];
  /** What Systems Manager holds, for parameters that name one of its parameters. */
  readonly resolved?: string;
  readonly noEcho: boolean;
}

export type ParameterValues = Readonly<Record<string, ParameterValue>>;

const PLAIN_TYPES = ['String', 'Number', 'CommaDelimitedList', 'List<Number>'] as const;
const SSM_TYPE = /^AWS::SSM::Parameter::Value<(String|List<String>|CommaDelimitedList)>$/;

/**
 * Gives every parameter of the template its value: the given one, or else its default.
 * @throws AwsError ValidationError, as CloudFormation answers.
 */
export async function parameterValues(
  world: World,
  template: Template,
  given: Readonly<Record<string, string>>,
): Promise<ParameterValues> {
  const declared = Object.entries(template.Parameters);
  const extra = Object.keys(given).filter((name) => !template.Parameters[name]);
  if (extra.length > 0) throw templateError(`Parameters: [${extra.join(', ')}] do not exist in the template`);
  const missing = declared.filter(([name, { Default }]) => given[name] === undefined && Default === undefined);
  if (missing.length > 0)
    throw templateError(`Parameters: [${missing.map(([name]) => name).join(', ')}] must have values`);
  const values: Record<string, ParameterValue> = {};
  for (const [name, declaration] of declared)
    values[name] = await parameterValue(world, name, declaration, given[name] ?? String(declaration.Default));
  return values;
}

async function parameterValue(
  world: World,
  name: string,
  declaration: ParameterDeclaration,
  given: string,
): Promise<ParameterValue> {
  const noEcho = String(declaration.NoEcho) === 'true';
  checkConstraints(name, declaration, given);
  const ssm = SSM_TYPE.exec(declaration.Type);
  if (!ssm) return { given, value: plainValue(name, declaration.Type, given), noEcho };
  const resolved = await fetchParameter(world, given);
  return { given, value: ssm[1] === 'String' ? resolved : commaList(resolved), resolved, noEcho };
}

function plainValue(name: string, type: string, given: string): string | readonly string[] {
  if (!PLAIN_TYPES.some((known) => known === type))
    throw templateError(`the sandbox does not support the parameter type ${type} (parameter ${name})`);
  if (type === 'Number' && !isNumber(given)) throw templateError(`Parameter '${name}' must be a number.`);
  return type === 'CommaDelimitedList' || type === 'List<Number>' ? commaList(given) : given;
}

function checkConstraints(name: string, declaration: ParameterDeclaration, given: string): void {
  const { AllowedValues, AllowedPattern, MinLength, MaxLength, MinValue, MaxValue } = declaration;
  const refuse = (rule: string): never => {
    throw templateError(declaration.ConstraintDescription ?? `Parameter '${name}' must ${rule}`);
  };
  if (AllowedValues && !AllowedValues.map(String).includes(given)) refuse('be one of AllowedValues');
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(given))
    refuse(`match pattern ${AllowedPattern}`);
  if (given.length < Number(MinLength ?? 0)) refuse(`contain at least ${MinLength ?? 0} characters`);
  if (given.length > Number(MaxLength ?? Infinity)) refuse(`contain at most ${MaxLength ?? 0} characters`);
  if (Number(given) < Number(MinValue ?? -Infinity)) refuse(`be a number not less than ${MinValue ?? 0}`);
  if (Number(given) > Number(MaxValue ?? Infinity)) refuse(`be a number not greater than ${MaxValue ?? 0}`);
}

async function fetchParameter(world: World, name: string): Promise<string> {
  try {
    const found = await world.call<{ Parameter?: { Value?: string } }>(
      'SSM',
      'GetParameter',
      { Name: name },
      { kind: 'account' },
    );
    return found.Parameter?.Value ?? '';
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== 'ParameterNotFound') throw cause;
    throw templateError(`Unable to fetch parameters [${name}] from parameter store for this account.`);
  }
}

function commaList(text: string): readonly string[] {
  return text.split(',').map((item) => item.trim());
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
