import { planRollouts } from '../../domain/plan.ts';
import { parsePolicy } from '../../domain/policy.ts';
import type { StoredPolicy } from '../policies.ts';
import { fine, problem, type Finding } from './finding.ts';

/** An environment that a valid policy names. */
export interface CheckedEnvironment {
  readonly function: string;
  readonly environment: string;
  readonly alias: string;
}

/** Checks stored policies as LoadRelease will; the environments are those of the valid ones. */
export function checkPolicies(policies: readonly StoredPolicy[]): {
  findings: Finding[];
  environments: CheckedEnvironment[];
} {
  if (policies.length === 0) {
    const todo = 'write one with `weighbridge policy put`';
    return { findings: [problem('policy', '(none)', 'no function has a policy', todo)], environments: [] };
  }
  const checked = policies.map(checkPolicy);
  return {
    findings: checked.map(({ finding }) => finding),
    environments: checked.flatMap(({ environments }) => environments),
  };
}

function checkPolicy(policy: StoredPolicy): { finding: Finding; environments: CheckedEnvironment[] } {
  const subject = policy.function;
  try {
    const plans = planRollouts(parsePolicy(policy.text));
    const names = plans.map(({ environment }) => environment).join(', ');
    return {
      finding: fine('policy', subject, `valid: ${names}`),
      environments: plans.map(({ environment, alias }) => ({ function: subject, environment, alias })),
    };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const todo = `correct it, then \`weighbridge policy put <file> --function ${subject}\``;
    return { finding: problem('policy', subject, message, todo), environments: [] };
  }
}
