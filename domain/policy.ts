import { z } from 'zod';
import { expected, InvalidReleaseError } from './errors.ts';
import { environmentSchema, policySchema } from './policy-schema.ts';
import { listProblems } from './problems.ts';

/** The settings of one function, with every default filled in. */
export type Policy = z.output<typeof policySchema>;

/** One environment as someone may write it: what has a default may be left out. */
export type EnvironmentPolicy = z.input<typeof environmentSchema>;

/** One environment with every default filled in. */
export type CompleteEnvironment = z.output<typeof environmentSchema>;

/**
 * Reads a policy document.
 * @throws InvalidReleaseError listing every problem with its place, what was expected and what came.
 */
export function parsePolicy(text: string): Policy {
  return checkPolicy(policyJson(text));
}

/** Checks a policy that has been read already. @throws InvalidReleaseError like `parsePolicy`. */
export function checkPolicy(document: unknown): Policy {
  return checked('the policy', policySchema, document);
}

/** Checks one environment and fills in its defaults. @throws InvalidReleaseError like `parsePolicy`. */
export function completeEnvironment(environment: EnvironmentPolicy): CompleteEnvironment {
  return checked(`the environment ${environment.name}`, environmentSchema, environment);
}

/** The JSON Schema (2020-12) of the policy document, for editors. */
export function policyJsonSchema(): object {
  const schema = z.toJSONSchema(policySchema, { io: 'input' });
  return {
    ...schema,
    title: 'Weighbridge policy',
    description: 'How releases of one Lambda function reach its environments.',
  };
}

function checked<Schema extends z.ZodType>(what: string, schema: Schema, document: unknown): z.output<Schema> {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  throw new InvalidReleaseError(listProblems(what, result.error, schema, document));
}

function policyJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = 'the policy to be a JSON object with `environments`';
    throw new InvalidReleaseError(expected(what, `text that is not JSON (${String(cause)})`, 'correct the policy'), {
      cause,
    });
  }
}
