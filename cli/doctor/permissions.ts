import type { RoleUsage, StatementUsage } from '../../sandbox/iam/usage.ts';

/** One role's permissions in words: what was refused, what was used, and what was granted and never used. */
export function permissionsInWords({ roleName, statements, denied }: RoleUsage): string[] {
  const used = statements.filter(({ allowed }) => allowed > 0);
  const idle = statements.filter(({ allowed }) => allowed === 0);
  return [
    roleName,
    ...denied.map((what) => `  refused  ${what}`),
    ...used.flatMap(usedInWords),
    ...idle.map((statement) => `  unused   ${statement.unusedActions.join(', ')}  (${where(statement)})`),
  ];
}

function usedInWords(statement: StatementUsage): string[] {
  const { allowed, actions, resources, unusedActions } = statement;
  const times = allowed === 1 ? 'once' : `${allowed} times`;
  const lines = [`  used     ${actions.join(', ')}  ${times} on ${shortened(resources)}  (${where(statement)})`];
  if (unusedActions.length > 0) lines.push(`  unused   ${unusedActions.join(', ')}  (same statement)`);
  return lines;
}

/** A statement by its Sid where it has one, else by its place in the policy. */
function where({ policy, index, sid }: StatementUsage): string {
  return `${policy}, statement ${sid ?? index + 1}`;
}

const SHOWN = 3;

function shortened(resources: readonly string[]): string {
  const rest = resources.length - SHOWN;
  return resources.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
