import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { unsupported, validationError } from '../errors.ts';

/** The rule of a composite alarm. */
export type AlarmRule =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'state'; readonly state: StateValue; readonly alarm: string }
  | { readonly kind: 'not'; readonly operand: AlarmRule }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly AlarmRule[] };

const TOKEN =
  /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|'([^']*)'|([^\s()"',]+))\s*\)|(AND|OR|NOT|TRUE|FALSE)\b|([()])|(AT_LEAST\b))/uy;

interface Token {
  readonly text: string;
  readonly leaf?: AlarmRule;
}

/**
 * Parses a rule such as `ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA(c))`. AND binds tighter than OR.
 * @throws AwsError ValidationError
 */
export function parseRule(text: string): AlarmRule {
  const parser = new RuleParser(tokenize(text));
  const rule = parser.disjunction();
  parser.expectEnd();
  return rule;
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw validationError(`AlarmRule is not valid: unexpected text at position ${at}`);
    tokens.push(tokenOf(match));
  }
  return tokens;
}

function tokenOf(match: RegExpExecArray): Token {
  const [whole, state, double, single, bare, keyword, parenthesis, atLeast] = match;
  if (atLeast !== undefined) throw unsupported('AT_LEAST in alarm rules');
  if (state === undefined) return { text: keyword ?? parenthesis ?? whole };
  const alarm = alarmName(double ?? single ?? bare ?? '');
  return { text: whole.trim(), leaf: { kind: 'state', state: state as StateValue, alarm } };
}

/** Rules name alarms by name or by ARN. */
function alarmName(nameOrArn: string): string {
  return /^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:(.+)$/u.exec(nameOrArn)?.[1] ?? nameOrArn;
}

class RuleParser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  disjunction(): AlarmRule {
    const operands = [this.#conjunction()];
    while (this.#take('OR')) operands.push(this.#conjunction());
    return operands.length === 1 && operands[0] ? operands[0] : { kind: 'or', operands };
  }

  expectEnd(): void {
    const rest = this.#tokens[this.#at];
    if (rest) throw validationError(`AlarmRule is not valid: unexpected ${rest.text}`);
  }

  #conjunction(): AlarmRule {
    const operands = [this.#negation()];
    while (this.#take('AND')) operands.push(this.#negation());
    return operands.length === 1 && operands[0] ? operands[0] : { kind: 'and', operands };
  }

  #negation(): AlarmRule {
    return this.#take('NOT') ? { kind: 'not', operand: this.#negation() } : this.#primary();
  }

  #primary(): AlarmRule {
    const token = this.#tokens[this.#at++];
    if (token?.leaf) return token.leaf;
    if (token?.text === 'TRUE' || token?.text === 'FALSE') return { kind: 'constant', value: token.text === 'TRUE' };
    if (token?.text !== '(') throw validationError(`AlarmRule is not valid: unexpected ${token?.text ?? 'end'}`);
    const inner = this.disjunction();
    if (!this.#take(')')) throw validationError('AlarmRule is not valid: a parenthesis is not closed');
    return inner;
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.text !== text || token.leaf) return false;
    this.#at++;
    return true;
  }
}

/** The alarms that a rule looks at. */
export function alarmsIn(rule: AlarmRule): readonly string[] {
  switch (rule.kind) {
    case 'constant':
      return [];
    case 'state':
      return [rule.alarm];
    case 'not':
      return alarmsIn(rule.operand);
    case 'and':
    case 'or':
      return [...new Set(rule.operands.flatMap(alarmsIn))];
  }
}

/** Whether a rule holds in the given states; an alarm that does not exist is in none. */
export function ruleHolds(rule: AlarmRule, stateOf: (alarm: string) => StateValue | undefined): boolean {
  switch (rule.kind) {
    case 'constant':
      return rule.value;
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'not':
      return !ruleHolds(rule.operand, stateOf);
    case 'and':
      return rule.operands.every((operand) => ruleHolds(operand, stateOf));
    case 'or':
      return rule.operands.some((operand) => ruleHolds(operand, stateOf));
  }
}
