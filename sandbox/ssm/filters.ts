import type { ParameterStringFilter } from '@aws-sdk/client-ssm';
import { AwsError } from '../core/aws-error.ts';
import type { Parameter } from './model.ts';
import { newest } from './state.ts';

/** Whether a parameter passes all filters. @throws AwsError InvalidFilterKey, InvalidFilterOption. */
export function matchesFilters(parameter: Parameter, filters: readonly ParameterStringFilter[] | undefined): boolean {
  return (filters ?? []).every((filter) => matches(parameter, filter));
}

function matches(parameter: Parameter, filter: ParameterStringFilter): boolean {
  const { Key = '', Values = [] } = filter;
  if (Key === 'Path') return Values.some((path) => isUnder(parameter.name, path, pathOption(filter) === 'Recursive'));
  const value = valueUnder(parameter, Key);
  if (Values.length === 0) return value !== undefined;
  return value !== undefined && Values.some((wanted) => compare(value, wanted, filter.Option));
}

function valueUnder(parameter: Parameter, key: string): string | undefined {
  const { type, tier, keyId, dataType } = newest(parameter);
  if (key.startsWith('tag:')) return parameter.tags.find((tag) => tag.Key === key.slice(4))?.Value;
  switch (key) {
    case 'Name':
      return parameter.name;
    case 'Type':
      return type;
    case 'Tier':
      return tier;
    case 'KeyId':
      return keyId;
    case 'DataType':
      return dataType;
    default:
      throw new AwsError(
        'InvalidFilterKey',
        `The following filter key is not valid: ${key}. Valid filter keys include: [Name, Type, KeyId, Path, Tier, DataType, tag:]`,
        { status: 400 },
      );
  }
}

function pathOption(filter: ParameterStringFilter): string {
  const option = filter.Option ?? 'OneLevel';
  if (option === 'OneLevel' || option === 'Recursive') return option;
  throw invalidOption(option, '[OneLevel, Recursive]');
}

function compare(value: string, wanted: string, option = 'Equals'): boolean {
  switch (option) {
    case 'Equals':
      return value === wanted || value === `/${wanted}`;
    case 'BeginsWith':
      return value.startsWith(wanted);
    case 'Contains':
      return value.includes(wanted);
    default:
      throw invalidOption(option, '[Equals, BeginsWith, Contains]');
  }
}

function invalidOption(option: string, valid: string): AwsError {
  const message = `The following filter option is not valid: ${option}. Valid options include: ${valid}`;
  return new AwsError('InvalidFilterOption', message, { status: 400 });
}

/** Whether a name lies in a hierarchy; one level deep unless `recursive`. */
export function isUnder(name: string, path: string, recursive: boolean): boolean {
  const prefix = path.endsWith('/') ? path : `${path}/`;
  return name.startsWith(prefix) && (recursive || !name.slice(prefix.length).includes('/'));
}
