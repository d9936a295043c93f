import type { RolePolicies } from './role-policies.ts';
import type { IamState } from './state.ts';
import type { Statement, StatementRef } from './statement.ts';
import { compilePattern } from './pattern.ts';

/** What a granted statement was used for. */
export interface StatementUsage extends StatementRef {
  /** Checks that it allowed. */
  readonly allowed: number;
  /** Actions it allowed, sorted. */
  readonly actions: readonly string[];
  /** Resources it allowed them on, sorted. */
  readonly resources: readonly string[];
  /** Patterns of its Action element that no check needed. */
  readonly unusedActions: readonly string[];
}

/** Use of a role's grants since the sandbox started. */
export interface RoleUsage {
  readonly roleName: string;
  /** Every Allow statement of the role, used or not. */
  readonly statements: readonly StatementUsage[];
  /** Checks that were refused, each once: `action on resource`. */
  readonly denied: readonly string[];
}

/** The record of which statements allowed what; kept in memory, as it describes a run. */
export interface UsageRecord {
  allowed(roleName: string, by: readonly StatementRef[], action: string, resource: string): void;
  denied(roleName: string, action: string, resource: string): void;
  report(): readonly RoleUsage[];
}

interface Tally {
  count: number;
  readonly actions: Set<string>;
  readonly resources: Set<string>;
}

export function createUsageRecord(state: IamState, policies: RolePolicies): UsageRecord {
  const tallies = new Map<string, Tally>();
  const denials = new Map<string, Set<string>>();
  return {
    allowed: (roleName, by, action, resource) => {
      for (const ref of by) count(tallies, keyOf(roleName, ref), action, resource);
    },
    denied: (roleName, action, resource) => {
      const seen = denials.get(roleName) ?? new Set();
      denials.set(roleName, seen.add(`${action} on ${resource}`));
    },
    report: () =>
      [...state.roles.values()].map((role) => ({
        roleName: role.roleName,
        statements: policies
          .identity(role)
          .filter((statement) => statement.effect === 'Allow')
          .map((statement) => usageOf(statement, tallies.get(keyOf(role.roleName, statement.ref)))),
        denied: [...(denials.get(role.roleName) ?? [])].sort(),
      })),
  };
}

function keyOf(roleName: string, ref: StatementRef): string {
  return `${roleName}\n${ref.policy}\n${ref.index}`;
}

function count(tallies: Map<string, Tally>, key: string, action: string, resource: string): void {
  const tally = tallies.get(key) ?? { count: 0, actions: new Set(), resources: new Set() };
  tallies.set(key, tally);
  tally.count += 1;
  tally.actions.add(action);
  tally.resources.add(resource);
}

function usageOf(statement: Statement, tally: Tally | undefined): StatementUsage {
  const actions = [...(tally?.actions ?? [])].sort();
  const used = (pattern: string): boolean => actions.some((a) => compilePattern(pattern, undefined, 'i')?.test(a));
  return {
    ...statement.ref,
    allowed: tally?.count ?? 0,
    actions,
    resources: [...(tally?.resources ?? [])].sort(),
    unusedActions: statement.actions.filter((pattern) => !used(pattern)),
  };
}
