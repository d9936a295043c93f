/** A metric math expression as a tree. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'negate'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

/** Operators from the loosest to the tightest. */
export const PRECEDENCE = [['OR'], ['AND'], ['==', '!=', '<=', '>=', '<', '>'], ['+', '-'], ['*', '/'], ['^']] as const;
export type BinaryOperator = (typeof PRECEDENCE)[number][number];

/** What is wrong with an expression. */
export class MathError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MathError';
  }
}

/** The ids that an expression refers to. */
export function namesIn(expression: Expression): ReadonlySet<string> {
  const found = new Set<string>();
  walk(expression, (each) => each.kind === 'name' && found.add(each.name));
  return found;
}

/** The functions that an expression calls. */
export function functionsIn(expression: Expression): ReadonlySet<string> {
  const found = new Set<string>();
  walk(expression, (each) => each.kind === 'call' && found.add(each.name));
  return found;
}

function walk(expression: Expression, visit: (each: Expression) => void): void {
  visit(expression);
  for (const child of childrenOf(expression)) walk(child, visit);
}

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'number':
    case 'text':
    case 'name':
      return [];
    case 'list':
      return expression.items;
    case 'negate':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'call':
      return expression.args;
  }
}
