import { readFile } from 'node:fs/promises';
import { planRollout, describePlan } from '../../domain/plan.ts';
import { parsePolicy, policyJsonSchema } from '../../domain/policy.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import type { Output } from '../output.ts';
import { readPolicy, writePolicy } from '../policies.ts';

export interface PolicyOptions {
  readonly function: string;
  readonly json?: boolean;
}

/** Checks a policy as the pipeline will, and stores it. The next release follows it. */
export async function policyPut(path: string, options: PolicyOptions, { out, connection }: Context): Promise<void> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Failure(`cannot read ${path}: ${cause.code ?? cause.message}`, { cause });
  });
  const policy = parsePolicy(text);
  const target = await connection.describe();
  out.remark(`to ${target}`);
  const { name, version } = await writePolicy(connection, options.function, text);
  if (options.json) return out.json({ name, version, target });
  out.line(`stored ${name} (version ${version})`);
  sayPlans(policy, out);
}

/** Shows a function's policy as it is stored; with `--json` that text alone. */
export async function policyShow(options: PolicyOptions, { out, connection }: Context): Promise<void> {
  const stored = await readPolicy(connection, options.function);
  const todo = `write one with \`weighbridge policy put --function ${options.function} policy.json\``;
  if (!stored) throw new Failure(`${options.function} has no policy in ${await connection.describe()}: ${todo}`);
  if (options.json) return out.json(JSON.parse(stored.text));
  out.remark(`${stored.name} in ${await connection.describe()}`);
  out.line(JSON.stringify(JSON.parse(stored.text), null, 2));
  out.line();
  sayPlans(parsePolicy(stored.text), out);
}

/** Prints the JSON Schema of policies, for editors. */
export function policySchema(out: Output): void {
  out.json(policyJsonSchema());
}

function sayPlans({ environments }: Policy, out: Output): void {
  for (const environment of environments) {
    const plan = planRollout(environment);
    out.line(`${plan.environment}: ${describePlan(plan)}`);
  }
}
