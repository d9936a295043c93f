import { AwsError } from '../core/aws-error.ts';
import type { PolicyDocument, PolicyStatement } from '../core/service.ts';
import { arnComponents } from './pattern.ts';
import { compilePolicy, list } from './statement.ts';

/** `identity` policies name resources and no principals; `trust` policies name principals and no resources. */
export type DocumentKind = 'identity' | 'trust';

const ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/**
 * Parses the text of a policy and checks its grammar.
 * @throws AwsError MalformedPolicyDocumentException, as IAM does when a policy is put.
 */
export function parsePolicy(text: string, kind: DocumentKind): PolicyDocument {
  const document = normalise(parseJson(text));
  for (const statement of document.Statement) checkStatement(statement, kind);
  try {
    compilePolicy(document, 'policy');
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : 'Syntax errors in policy.');
  }
  return document;
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    throw malformed('Syntax errors in policy.');
  }
  throw malformed('Syntax errors in policy.');
}

function normalise(value: Record<string, unknown>): PolicyDocument {
  const unknown = Object.keys(value).find((key) => !['Version', 'Id', 'Statement'].includes(key));
  if (unknown !== undefined || value['Statement'] === undefined) throw malformed('Syntax errors in policy.');
  const version = value['Version'];
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17')
    throw malformed('The policy must contain a valid version string');
  const statements = list(value['Statement'] as PolicyStatement | readonly PolicyStatement[]);
  return { ...value, Statement: statements };
}

function checkStatement(statement: PolicyStatement, kind: DocumentKind): void {
  if (typeof statement !== 'object' || statement === null) throw malformed('Syntax errors in policy.');
  if (Object.keys(statement).some((key) => !ELEMENTS.has(key))) throw malformed('Syntax errors in policy.');
  if (!['Allow', 'Deny'].includes(statement.Effect)) throw malformed('Syntax errors in policy.');
  if (!exactlyOne(statement.Action, statement.NotAction)) throw malformed('Policy statement must contain actions.');
  if (kind === 'identity') checkIdentityStatement(statement);
  else checkTrustStatement(statement);
}

function checkIdentityStatement(statement: PolicyStatement): void {
  if (statement.Principal !== undefined || statement.NotPrincipal !== undefined)
    throw malformed('Policy document should not specify a principal.');
  if (!exactlyOne(statement.Resource, statement.NotResource))
    throw malformed('Policy statement must contain resources.');
  const resources = [...list(statement.Resource), ...list(statement.NotResource)];
  const wrong = resources.find((resource) => resource !== '*' && !arnComponents(resource));
  if (wrong !== undefined) throw malformed(`Resource ${wrong} must be in ARN format or "*".`);
  checkActions(statement);
}

function checkTrustStatement(statement: PolicyStatement): void {
  if (!exactlyOne(statement.Principal, statement.NotPrincipal)) throw malformed('Missing required field Principal');
  if (statement.Resource !== undefined || statement.NotResource !== undefined)
    throw malformed('Has prohibited field Resource');
  const wrong = list(statement.Action).find((action) => !/^sts:/i.test(action));
  if (wrong !== undefined) throw malformed('AssumeRole policy may only specify STS AssumeRole actions.');
}

function checkActions(statement: PolicyStatement): void {
  const actions = [...list(statement.Action), ...list(statement.NotAction)];
  if (actions.some((action) => action !== '*' && !action.includes(':')))
    throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
}

function exactlyOne(one: unknown, other: unknown): boolean {
  return (one === undefined) !== (other === undefined);
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocumentException', message, { status: 400 });
}
