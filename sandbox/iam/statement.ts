import type { PolicyDocument, PolicyStatement } from '../core/service.ts';
import { compileConditions, type Condition } from './conditions.ts';
import { compileArnPattern, compilePattern, hasVariables } from './pattern.ts';
import { variableLookup, type AccessRequest, type PrincipalNames } from './request.ts';

/** Where a statement stands, for records and messages. */
export interface StatementRef {
  /** Name of an inline policy, ARN of a managed one, `resource policy` or `trust policy`. */
  readonly policy: string;
  /** Position in the document, from 0. */
  readonly index: number;
  readonly sid?: string;
}

/** How a Principal element matched: `account` leaves the decision to the identity's own policies. */
export type PrincipalMatch = 'direct' | 'account' | 'none';

/** One statement, ready to be asked. */
export interface Statement {
  readonly ref: StatementRef;
  readonly effect: 'Allow' | 'Deny';
  /** Whether action, resource and conditions apply to the request. */
  applies(request: AccessRequest): boolean;
  /** How the Principal element matches; `direct` in identity policies, which have none. */
  principal(names: PrincipalNames): PrincipalMatch;
  /** The patterns of its Action element; empty for NotAction. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Compiles a policy document; `policy` names it in records. Throws an Error that names an unknown condition operator. */
export function compilePolicy(document: PolicyDocument, policy: string): readonly Statement[] {
  const variables = document.Version === '2012-10-17';
  return document.Statement.map((statement, index) => {
    const ref = { policy, index, ...(statement.Sid !== undefined && { sid: statement.Sid }) };
    return compileStatement(statement, ref, variables);
  });
}

/** An element that may be one value or a list. */
export function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

function compileStatement(statement: PolicyStatement, ref: StatementRef, variables: boolean): Statement {
  const action = compileActions(statement);
  const resource = compileResources(statement, variables);
  const conditions: readonly Condition[] = compileConditions(statement.Condition, variables);
  return {
    ref,
    effect: statement.Effect,
    actions: list(statement.Action),
    resources: list(statement.Resource),
    applies: (request) =>
      action(request.action) && resource(request) && conditions.every((condition) => condition(request.context)),
    principal: (names) => matchPrincipal(statement, names),
  };
}

function compileActions(statement: PolicyStatement): (action: string) => boolean {
  const negated = statement.NotAction !== undefined;
  const patterns = list(negated ? statement.NotAction : statement.Action).map((p) => compilePattern(p, undefined, 'i'));
  return (action) => patterns.some((pattern) => pattern?.test(action) === true) !== negated;
}

/** Trust policies have no Resource element: they speak of the role that they belong to. */
function compileResources(statement: PolicyStatement, variables: boolean): (request: AccessRequest) => boolean {
  const negated = statement.NotResource !== undefined;
  const patterns = list(negated ? statement.NotResource : statement.Resource);
  if (patterns.length === 0) return () => true;
  const tests = patterns.map((pattern) => compileResource(pattern, variables));
  return (request) => tests.some((test) => test(request)) !== negated;
}

function compileResource(pattern: string, variables: boolean): (request: AccessRequest) => boolean {
  if (variables && hasVariables(pattern))
    return (request) => compileArnPattern(pattern, variableLookup(request.context))(request.resource);
  const test = compileArnPattern(pattern);
  return (request) => test(request.resource);
}

function matchPrincipal(statement: PolicyStatement, names: PrincipalNames): PrincipalMatch {
  if (statement.NotPrincipal !== undefined)
    return matchElement(statement.NotPrincipal, names) === 'none' ? 'direct' : 'none';
  return statement.Principal === undefined ? 'direct' : matchElement(statement.Principal, names);
}

/** Source: IAM user guide, "AWS JSON policy elements: Principal". */
function matchElement(element: NonNullable<PolicyStatement['Principal']>, names: PrincipalNames): PrincipalMatch {
  if (typeof element === 'string') return 'direct';
  const aws = list(element['AWS']);
  const services = list(element['Service']);
  if (names.service !== undefined && services.includes(names.service)) return 'direct';
  if (aws.includes('*') || aws.some((name) => names.own.includes(name))) return 'direct';
  return aws.some((name) => names.account.includes(name)) ? 'account' : 'none';
}
