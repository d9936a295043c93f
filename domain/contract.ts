import { z } from 'zod';

/** One sample event that a release brings along, and what the candidate has to answer to it. */
export const contractCaseSchema = z.strictObject({
  name: z.string().min(1).max(100),
  /** Sent to the candidate as it is. */
  event: z.unknown(),
  expect: z
    .strictObject({
      /** The answer's `statusCode`. */
      status: z.int().min(100).max(599).optional(),
      /** What the answer's `body` has to contain; a body that is JSON text is read first. */
      body: z.unknown().optional(),
      /** What the whole answer has to contain. */
      payload: z.unknown().optional(),
      /** True when this event has to end in a function error; otherwise a function error is a violation. */
      error: z.boolean().optional(),
    })
    .optional(),
  /** Longest acceptable answer time, in milliseconds. */
  maxMilliseconds: z.number().positive().max(900_000).optional(),
});

/** One sample event that a release brings along, and what the candidate has to answer to it. */
export type ContractCase = z.infer<typeof contractCaseSchema>;

/** What the candidate answered to one event: its payload, Lambda's `FunctionError` and the time it took. */
export type Answer = { payload: unknown; functionError?: string | undefined; milliseconds: number };

/** What an answer breaks of its case, in words and figures; empty when it keeps it. */
export function checkAnswer(contractCase: ContractCase, answer: Answer): string[] {
  return [
    ...errorViolations(contractCase, answer),
    ...statusViolations(contractCase, answer),
    ...contentViolations(contractCase, answer),
    ...timeViolations(contractCase, answer),
  ].map((violation) => `${contractCase.name}: ${violation}`);
}

function errorViolations({ expect }: ContractCase, { functionError, payload }: Answer): string[] {
  const mustFail = expect?.error === true;
  if (mustFail && functionError === undefined) return [`expected a function error, got the answer ${shown(payload)}`];
  if (mustFail || functionError === undefined) return [];
  return [`expected an answer, got the function error ${functionError} ${shown(payload)}`];
}

function statusViolations({ expect }: ContractCase, { payload }: Answer): string[] {
  if (expect?.status === undefined) return [];
  const status = field(payload, 'statusCode');
  return status === expect.status ? [] : [`expected statusCode ${expect.status}, got ${shown(status)}`];
}

function contentViolations({ expect }: ContractCase, { payload }: Answer): string[] {
  const inPayload = expect?.payload === undefined ? [] : differences(expect.payload, payload, 'payload');
  const inBody = expect?.body === undefined ? [] : differences(expect.body, body(payload, expect.body), 'body');
  return [...inPayload, ...inBody];
}

function timeViolations({ maxMilliseconds }: ContractCase, { milliseconds }: Answer): string[] {
  if (maxMilliseconds === undefined || milliseconds <= maxMilliseconds) return [];
  return [`expected an answer within ${maxMilliseconds} ms, got one after ${Math.round(milliseconds)} ms`];
}

/** Where a value lacks something that is wanted. Objects may hold more than is wanted; lists match item by item. */
function differences(wanted: unknown, got: unknown, path: string): string[] {
  if (Array.isArray(wanted)) return listDifferences(wanted, got, path);
  if (!isObject(wanted))
    return Object.is(wanted, got) ? [] : [`expected ${path} to be ${shown(wanted)}, got ${shown(got)}`];
  if (!isObject(got)) return [`expected ${path} to be an object, got ${shown(got)}`];
  return Object.entries(wanted).flatMap(([key, value]) => differences(value, got[key], `${path}.${key}`));
}

function listDifferences(wanted: unknown[], got: unknown, path: string): string[] {
  if (!Array.isArray(got)) return [`expected ${path} to be a list, got ${shown(got)}`];
  if (got.length !== wanted.length) return [`expected ${path} to have ${wanted.length} items, got ${got.length}`];
  return wanted.flatMap((item, index) => differences(item, got[index], `${path}[${index}]`));
}

/** The answer's body; JSON text is read where something other than text is wanted. */
function body(payload: unknown, wanted: unknown): unknown {
  const value = field(payload, 'body');
  if (typeof value !== 'string' || typeof wanted === 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function field(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
