/**
 * The JSON paths of input transformers: `$.detail.items[0].id`, `$.detail['a b']`, `$.detail.items[*].id`.
 * Answers `undefined` when the event holds nothing there; a path with `*` answers a list.
 */
export function valueAt(document: unknown, path: string): unknown {
  const steps = stepsOf(path);
  return steps && follow([document], steps, false);
}

/** Whether the text is a JSON path that EventBridge understands. */
export function isJsonPath(path: string): boolean {
  return stepsOf(path) !== undefined;
}

type Step = string | number | typeof EVERY;
const EVERY = Symbol('every');

const STEP = /\.(\*|[^.[\]*\s]+)|\[(\*|\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]/uy;

function stepsOf(path: string): readonly Step[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (!match) return undefined;
    steps.push(stepOf(match));
  }
  return steps;
}

function stepOf(match: RegExpExecArray): Step {
  const [, name, index, single, double] = match;
  if (name === '*' || index === '*') return EVERY;
  return index === undefined ? (name ?? single ?? double ?? '') : Number(index);
}

function follow(values: readonly unknown[], steps: readonly Step[], many: boolean): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return many ? values : values[0];
  const next = values.flatMap((value) => childrenOf(value, step));
  return next.length === 0 && !many ? undefined : follow(next, rest, many || step === EVERY);
}

function childrenOf(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step === EVERY) return Object.values(value);
  if (Array.isArray(value)) return typeof step === 'number' && step < value.length ? [value[step]] : [];
  return typeof step === 'string' && Object.hasOwn(value, step) ? [(value as Record<string, unknown>)[step]] : [];
}
