import { PatternError } from './pattern-error.ts';

/** EventBridge compares numbers between -5.0E9 and 5.0E9. */
const LIMIT = 5_000_000_000;

type Bound = { readonly operator: string; readonly limit: number };

/** Compiles `["=", 5]`, `[">", 0]` or `[">=", 0, "<", 5]` into a test. */
export function compileNumeric(operand: unknown): (value: number) => boolean {
  if (!Array.isArray(operand)) throw new PatternError('Value of numeric must be an array.');
  const bounds = boundsOf(operand);
  const [first, second] = bounds;
  if (!first) throw new PatternError('Invalid member in numeric match: ]');
  if (second) checkRange(first, second);
  if (bounds.length > 2) throw new PatternError('Too many elements in numeric expression');
  return (value) => bounds.every((bound) => holds(value, bound));
}

function boundsOf(operand: readonly unknown[]): readonly Bound[] {
  const bounds: Bound[] = [];
  for (let i = 0; i < operand.length; i += 2) bounds.push(boundOf(operand[i], operand[i + 1]));
  return bounds;
}

function boundOf(operator: unknown, limit: unknown): Bound {
  if (typeof operator !== 'string' || !['=', '<', '<=', '>', '>='].includes(operator))
    throw new PatternError(`Unrecognized numeric range operator: ${String(operator)}`);
  if (typeof limit !== 'number') throw new PatternError('Value of numeric must be numeric.');
  if (Math.abs(limit) > LIMIT) throw new PatternError('Value must be between -5.0E9 and 5.0E9, inclusive');
  return { operator, limit };
}

function checkRange(first: Bound, second: Bound): void {
  if (!first.operator.startsWith('>')) throw new PatternError('Too many elements in numeric expression');
  if (!second.operator.startsWith('<')) throw new PatternError(`Bad numeric range operator: ${second.operator}`);
  if (first.limit >= second.limit) throw new PatternError('Bottom must be less than top');
}

function holds(value: number, bound: Bound): boolean {
  switch (bound.operator) {
    case '=':
      return value === bound.limit;
    case '<':
      return value < bound.limit;
    case '<=':
      return value <= bound.limit;
    case '>':
      return value > bound.limit;
    default:
      return value >= bound.limit;
  }
}
