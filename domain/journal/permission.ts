import type { PolicyStatement } from './change.ts';

/** What AddPermission takes. Source: AddPermission in the Lambda API reference. */
export type Permission = {
  readonly StatementId: string;
  readonly Action: string;
  readonly Principal: string;
  readonly SourceArn?: string;
  readonly SourceAccount?: string;
  readonly PrincipalOrgID?: string;
  readonly EventSourceToken?: string;
  readonly FunctionUrlAuthType?: 'NONE' | 'AWS_IAM';
};

/** Which parameter puts which condition into a statement. */
const CONDITIONS: Readonly<Record<string, keyof Permission>> = {
  'AWS:SourceArn': 'SourceArn',
  'AWS:SourceAccount': 'SourceAccount',
  'aws:PrincipalOrgID': 'PrincipalOrgID',
  'lambda:EventSourceToken': 'EventSourceToken',
  'lambda:FunctionUrlAuthType': 'FunctionUrlAuthType',
};

/** The call that makes this statement; undefined for one that AddPermission cannot make, such as a denial. */
export function permissionFor(statement: PolicyStatement): Permission | undefined {
  const { Sid, Effect, Action, Principal, Condition = {} } = statement;
  const principal = principalOf(Principal);
  if (Effect !== 'Allow' || typeof Action !== 'string' || principal === undefined) return undefined;
  const conditions = Object.values(Condition as Record<string, Record<string, unknown>>).flatMap(Object.entries);
  const given = conditions.map(([name, value]) => [parameterFor(name), value] as const);
  if (given.some(([parameter, value]) => parameter === undefined || typeof value !== 'string')) return undefined;
  return { StatementId: Sid, Action, Principal: principal, ...(Object.fromEntries(given) as Partial<Permission>) };
}

function parameterFor(condition: string): keyof Permission | undefined {
  const found = Object.entries(CONDITIONS).find(([name]) => name.toLowerCase() === condition.toLowerCase());
  return found?.[1];
}

/** `*`, a service, or an account: `{ "AWS": "arn:aws:iam::123456789012:root" }` was given as the account's number or ARN. */
function principalOf(principal: unknown): string | undefined {
  if (typeof principal === 'string') return principal;
  const { Service, AWS } = (principal ?? {}) as { Service?: unknown; AWS?: unknown };
  const one = Service ?? AWS;
  return typeof one === 'string' ? one : undefined;
}
