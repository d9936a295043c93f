import { ADMINISTRATOR_ACCESS, awsManagedPolicy } from './aws-managed-policies.ts';
import { parsePolicy } from './policy-document.ts';
import type { IamState, ManagedPolicyRecord, RoleRecord } from './state.ts';
import { compilePolicy, type Statement } from './statement.ts';

/** The compiled policies of roles, compiled again only after a change. */
export interface RolePolicies {
  /** Statements of the role's inline and attached policies. */
  identity(role: RoleRecord): readonly Statement[];
  /** Statements of its permissions boundary, if it has one. */
  boundary(role: RoleRecord): readonly Statement[] | undefined;
  trust(role: RoleRecord): readonly Statement[];
  /** Statements of the account's administrator. */
  readonly administrator: readonly Statement[];
}

/** Compiled documents by the immutable records that they come from. */
export function createRolePolicies(state: IamState): RolePolicies {
  const inline = new WeakMap<RoleRecord, readonly Statement[]>();
  const trust = new WeakMap<RoleRecord, readonly Statement[]>();
  const managed = createManagedPolicies(state);
  return {
    identity: (role) => [...cached(inline, role, compileInline), ...role.attachedPolicies.flatMap(managed)],
    boundary: (role) => (role.permissionsBoundary === undefined ? undefined : managed(role.permissionsBoundary)),
    trust: (role) => cached(trust, role, (r) => compilePolicy(parsePolicy(r.trustPolicy, 'trust'), 'trust policy')),
    administrator: managed(ADMINISTRATOR_ACCESS),
  };
}

function compileInline(role: RoleRecord): readonly Statement[] {
  return Object.entries(role.inlinePolicies).flatMap(([name, text]) =>
    compilePolicy(parsePolicy(text, 'identity'), name),
  );
}

function createManagedPolicies(state: IamState): (arn: string) => readonly Statement[] {
  const customer = new WeakMap<ManagedPolicyRecord, readonly Statement[]>();
  const aws = new Map<string, readonly Statement[]>();
  return (arn) => {
    const record = state.policies.get(arn);
    if (record) return cached(customer, record, compileManaged);
    const known = aws.get(arn) ?? compilePolicy(awsManagedPolicy(arn) ?? { Statement: [] }, arn);
    aws.set(arn, known);
    return known;
  };
}

function compileManaged(record: ManagedPolicyRecord): readonly Statement[] {
  const current = record.versions.find((version) => version.versionId === record.defaultVersionId);
  return current ? compilePolicy(parsePolicy(current.document, 'identity'), record.arn) : [];
}

function cached<K extends object, V>(cache: WeakMap<K, V>, key: K, make: (key: K) => V): V {
  const value = cache.get(key) ?? make(key);
  cache.set(key, value);
  return value;
}
