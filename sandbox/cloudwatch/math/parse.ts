import { MathError, PRECEDENCE, type BinaryOperator, type Expression } from './expression.ts';
import { tokenize, type Token } from './tokenize.ts';

/** Other spellings of operators. */
const SPELLINGS: Readonly<Record<string, BinaryOperator>> = { '&&': 'AND', '||': 'OR' };

/** Parses a metric math expression. @throws MathError */
export function parseExpression(text: string): Expression {
  const parser = new Parser(tokenize(text));
  const expression = parser.binary(0);
  parser.expectEnd();
  return expression;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** An expression of operators at least as tight as `level`. */
  binary(level: number): Expression {
    const operators = PRECEDENCE[level];
    if (!operators) return this.#unary();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = this.#operator(operators);
      if (!operator) return left;
      // Powers group from the right, all others from the left.
      const right = this.binary(operator === '^' ? level : level + 1);
      left = { kind: 'binary', operator, left, right };
      if (operator === '^') return left;
    }
  }

  expectEnd(): void {
    const rest = this.#tokens[this.#at];
    if (rest) throw new MathError(`Unexpected ${rest.text}`);
  }

  #operator(operators: readonly BinaryOperator[]): BinaryOperator | undefined {
    const token = this.#tokens[this.#at];
    if (!token || (token.kind !== 'symbol' && token.kind !== 'word')) return undefined;
    const spelled = SPELLINGS[token.text] ?? token.text;
    const operator = operators.find((each) => each === spelled);
    if (operator) this.#at++;
    return operator;
  }

  #unary(): Expression {
    if (this.#take('-')) return { kind: 'negate', operand: this.binary(PRECEDENCE.length - 1) };
    if (this.#take('+')) return this.#unary();
    return this.#primary();
  }

  #primary(): Expression {
    const token = this.#tokens[this.#at++];
    if (!token) throw new MathError('Unexpected end of expression');
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'text') return { kind: 'text', value: token.text };
    if (token.kind === 'word') return this.#named(token.text);
    if (token.text === '(') return this.#inside();
    if (token.text === '[') return { kind: 'list', items: this.#items(']') };
    throw new MathError(`Unexpected ${token.text}`);
  }

  /** An id begins with a lower-case letter, a function or keyword with an upper-case one. */
  #named(name: string): Expression {
    if (this.#take('(')) return { kind: 'call', name, args: this.#items(')') };
    return { kind: 'name', name };
  }

  #inside(): Expression {
    const inner = this.binary(0);
    this.#expect(')');
    return inner;
  }

  #items(close: string): readonly Expression[] {
    const items: Expression[] = [];
    if (this.#take(close)) return items;
    do items.push(this.binary(0));
    while (this.#take(','));
    this.#expect(close);
    return items;
  }

  #take(symbol: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'symbol' || token.text !== symbol) return false;
    this.#at++;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol))
      throw new MathError(`Expected ${symbol}, got ${this.#tokens[this.#at]?.text ?? 'the end'}`);
  }
}
