import { AwsError } from '../core/aws-error.ts';
import type { Need, PolicyDocument, Principal, ServiceId } from '../core/service.ts';
import type { Authorizer, World } from '../core/world.ts';
import { sessionCredentials } from './credentials.ts';
import { accessDenied } from './denial.ts';
import { evaluate, type Decision, type Policies } from './evaluate.ts';
import { describeCaller, type Caller } from './principals.ts';
import { createContext, type AccessRequest } from './request.ts';
import type { RolePolicies } from './role-policies.ts';
import { roleNameOf, type IamState } from './state.ts';
import { compilePolicy, type Statement } from './statement.ts';
import type { UsageRecord } from './usage.ts';

/** What an authorizer decides with. */
export interface AuthorizerParts {
  readonly world: World;
  readonly state: IamState;
  readonly policies: RolePolicies;
  readonly usage: UsageRecord;
}

type RolePrincipal = Principal & { readonly kind: 'role' };

/** Decides by the policies of the account's roles and resources. */
export function createAuthorizer(parts: AuthorizerParts): Authorizer {
  return {
    check: (principal, need, service) => check(parts, principal, need, service),
    principalOf: (accessKeyId) => principalOf(parts.state, accessKeyId),
    credentialsFor: (roleArn, sessionName) => issue(parts.state, roleArn, sessionName),
    assumeRole: (roleArn, sessionName, by) => assumeRole(parts, roleArn, sessionName, by),
    describe: (principal) => {
      const { names, userId } = describeCaller(parts.world, parts.state, principal);
      return { arn: names.arn, userId };
    },
  };
}

/** What the policies say about a need, without an effect. `undefined` context keys do not count. */
export function decide(parts: AuthorizerParts, caller: Caller, need: Need, principal: Principal): Decision {
  const request = requestOf(caller, need);
  return evaluate(request, policiesFor(parts, caller, need, principal));
}

function check(parts: AuthorizerParts, principal: Principal, need: Need, service: ServiceId): void {
  const caller = describeCaller(parts.world, parts.state, principal);
  const decision = decide(parts, caller, need, principal);
  record(parts.usage, principal, need, decision);
  if (!decision.allowed) throw accessDenied(service, requestOf(caller, need), decision);
}

function record(usage: UsageRecord, principal: Principal, need: Need, decision: Decision): void {
  if (principal.kind !== 'role') return;
  if (decision.allowed) usage.allowed(principal.roleName, decision.by, need.action, need.resource);
  else usage.denied(principal.roleName, need.action, need.resource);
}

function requestOf(caller: Caller, need: Need): AccessRequest {
  const context = new Map([...caller.context, ...createContext(need.context)]);
  return { principal: caller.names, action: need.action, resource: need.resource, context };
}

function policiesFor(parts: AuthorizerParts, caller: Caller, need: Need, principal: Principal): Policies {
  const identity = identityStatements(parts, caller, principal);
  const boundary = caller.role && parts.policies.boundary(caller.role);
  if (need.action === 'sts:AssumeRole') {
    const target = parts.state.roles.get(roleNameOf(need.resource));
    const trust = target?.arn === need.resource ? parts.policies.trust(target) : [];
    return { identity, boundary, resource: trust, resourceMustAllow: true };
  }
  return { identity, boundary, resource: need.resourcePolicy && compileResourcePolicy(need.resourcePolicy) };
}

function identityStatements(parts: AuthorizerParts, caller: Caller, principal: Principal): readonly Statement[] {
  if (principal.kind === 'account') return parts.policies.administrator;
  return caller.role ? parts.policies.identity(caller.role) : [];
}

const compiled = new WeakMap<PolicyDocument, readonly Statement[]>();

function compileResourcePolicy(document: PolicyDocument): readonly Statement[] {
  const statements = compiled.get(document) ?? compilePolicy(document, 'resource policy');
  compiled.set(document, statements);
  return statements;
}

function principalOf(state: IamState, accessKeyId: string | undefined): Principal {
  const session = accessKeyId === undefined ? undefined : state.sessions.get(accessKeyId);
  return session ? { kind: 'role', ...session } : { kind: 'account' };
}

function issue(state: IamState, roleArn: string, sessionName: string): ReturnType<Authorizer['credentialsFor']> {
  const credentials = sessionCredentials(roleArn, sessionName);
  if (!state.sessions.has(credentials.accessKeyId))
    state.sessions.put(credentials.accessKeyId, { roleName: roleNameOf(roleArn), sessionName });
  return credentials;
}

/** A role that does not exist is refused in the same words as one that does not trust the caller. */
function assumeRole(parts: AuthorizerParts, roleArn: string, sessionName: string, by: Principal): RolePrincipal {
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(roleArn))
    throw new AwsError('ValidationError', `${roleArn} is invalid`, { status: 400 });
  check(parts, by, { action: 'sts:AssumeRole', resource: roleArn }, 'STS');
  return { kind: 'role', roleName: roleNameOf(roleArn), sessionName };
}
