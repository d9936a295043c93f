import type { AccessRequest } from './request.ts';
import type { Statement, StatementRef } from './statement.ts';

/** The policies that speak about a request. */
export interface Policies {
  readonly identity: readonly Statement[];
  /** The role's permissions boundary: what is not allowed there is not allowed at all. */
  readonly boundary?: readonly Statement[] | undefined;
  readonly resource?: readonly Statement[] | undefined;
  /** Trust policies must allow by themselves; of other resource policies and identity policies one is enough. */
  readonly resourceMustAllow?: boolean;
}

export const policyTypes = ['identity-based policy', 'resource-based policy', 'permissions boundary'] as const;
export type PolicyType = (typeof policyTypes)[number];

/** What the policies say, and by which statements. */
export type Decision =
  | { readonly allowed: true; readonly by: readonly StatementRef[] }
  | { readonly allowed: false; readonly explicit: boolean; readonly in: PolicyType; readonly by?: StatementRef };

/**
 * Decides within one account: an explicit deny wins; then either the identity or the resource must allow.
 * Source: IAM user guide, "Policy evaluation logic".
 */
export function evaluate(request: AccessRequest, policies: Policies): Decision {
  return explicitDeny(request, policies) ?? boundaryDeny(request, policies) ?? allowance(request, policies);
}

function explicitDeny(request: AccessRequest, policies: Policies): Decision | undefined {
  const kinds = [
    ['identity-based policy', policies.identity],
    ['resource-based policy', policies.resource ?? []],
    ['permissions boundary', policies.boundary ?? []],
  ] as const;
  for (const [kind, statements] of kinds) {
    const deny = statements.find(
      (s) => s.effect === 'Deny' && s.principal(request.principal) !== 'none' && s.applies(request),
    );
    if (deny) return { allowed: false, explicit: true, in: kind, by: deny.ref };
  }
  return undefined;
}

function boundaryDeny(request: AccessRequest, policies: Policies): Decision | undefined {
  if (!policies.boundary || policies.boundary.some((s) => s.effect === 'Allow' && s.applies(request))) return undefined;
  return { allowed: false, explicit: false, in: 'permissions boundary' };
}

function allowance(request: AccessRequest, policies: Policies): Decision {
  const applicable = (s: Statement): boolean => s.effect === 'Allow' && s.applies(request);
  const identity = policies.identity.filter(applicable);
  const resource = (policies.resource ?? []).filter(applicable);
  const direct = resource.filter((s) => s.principal(request.principal) === 'direct');
  const throughAccount = resource.filter((s) => s.principal(request.principal) === 'account');
  const enough = policies.resourceMustAllow
    ? direct.length > 0 || (throughAccount.length > 0 && identity.length > 0)
    : direct.length > 0 || identity.length > 0;
  if (enough) return { allowed: true, by: [...identity, ...direct].map((s) => s.ref) };
  const asksResource = request.principal.service !== undefined || policies.resourceMustAllow;
  return { allowed: false, explicit: false, in: asksResource ? 'resource-based policy' : 'identity-based policy' };
}
