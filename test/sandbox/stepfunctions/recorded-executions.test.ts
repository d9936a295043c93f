import { describe, expect, it } from 'vitest';
import { aStepFunctionsWorld, FunctionFailure, type FakeFunction } from './a-step-functions-world.ts';
import { readRecordings, Unifier, type Recording } from './recordings.ts';

const recordings = readRecordings();

/** What was reached; a change that loses any of it fails. */
const REACHED = { cases: 66, results: 66, sequences: 66, details: 66 };

/** Python's way of writing JSON, as the recorded functions answered. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item)}`)
    .join(', ')}}`;
}

const HANDLERS: Record<string, FakeFunction> = {
  'id_function.py': (payload) => pythonJson(JSON.parse(payload)),
  'raise_exception.py': (_payload, world) => {
    throw new FunctionFailure(
      JSON.stringify({
        errorMessage: 'Some exception was raised.',
        errorType: 'Exception',
        requestId: world.random.uuid(),
        stackTrace: [
          '  File "/var/task/handler.py", line 2, in handler\n    raise Exception("Some exception was raised.")\n',
        ],
      }),
    );
  },
};

interface Outcome {
  readonly id: string;
  readonly result?: string | undefined;
  readonly sequence?: string | undefined;
  readonly detail?: string | undefined;
}

async function replay(recording: Recording): Promise<Outcome> {
  const sandbox = aStepFunctionsWorld();
  for (const { name, handler } of recording.functions) sandbox.functions.set(name, HANDLERS[handler] as FakeFunction);
  const { events } = await sandbox.run(recording.definition, recording.input);
  const types = (list: readonly { type?: unknown }[]) => list.map((event) => event.type).join(' ');
  const expected = recording.history;
  const { id, previousEventId, ...last } = expected.at(-1) as Record<string, unknown>;
  const { id: _id, previousEventId: _previous, ...lastActual } = events.at(-1) as unknown as Record<string, unknown>;
  void [id, previousEventId];
  const unifier = new Unifier();
  return {
    id: recording.id,
    result: new Unifier().difference(last, lastActual),
    sequence: types(expected) === types(events) ? undefined : `${types(expected)}\n≠ ${types(events)}`,
    detail: expected.length === events.length ? unifier.difference([...expected], events) : 'another number of events',
  };
}

describe('executions recorded from AWS', () => {
  it.skipIf(!recordings)(
    'run as they ran there (skipped where the recordings are not beside the repository)',
    async () => {
      const outcomes: Outcome[] = [];
      for (const recording of recordings ?? []) {
        try {
          outcomes.push(await replay(recording));
        } catch (cause) {
          const problem = String(cause);
          outcomes.push({ id: recording.id, result: problem, sequence: problem, detail: problem });
        }
      }
      const right = (key: 'result' | 'sequence' | 'detail') => outcomes.filter((o) => o[key] === undefined).length;
      const score = {
        cases: outcomes.length,
        results: right('result'),
        sequences: right('sequence'),
        details: right('detail'),
      };
      console.log(`recorded executions: ${JSON.stringify(score)}`);
      for (const o of outcomes.filter((outcome) => outcome.detail)) console.log(o.id, o.result, o.sequence, o.detail);
      for (const key of ['cases', 'results', 'sequences', 'details'] as const)
        expect(score[key], key).toBeGreaterThanOrEqual(REACHED[key]);
    },
  );
});
