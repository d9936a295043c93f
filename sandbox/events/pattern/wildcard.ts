import { PatternError } from './pattern-error.ts';

const STAR = Symbol('star');
type Token = string | typeof STAR;

/**
 * How many states a wildcard expression may be in at once while a value is read. AWS refuses expressions that are "too
 * complex" and publishes no figure: this is the figure of the most complex one that it is known to accept.
 */
const MOST_STATES = 8;

/** Compiles a wildcard expression (`*` is any run of characters, `\*` a star, `\\` a backslash) into a test. */
export function compileWildcard(text: string): (value: string) => boolean {
  const tokens = tokenize(text);
  if (mostStates(tokens) > MOST_STATES) throw new PatternError(TOO_COMPLEX);
  const source = tokens.map((token) => (token === STAR ? '[\\s\\S]*' : escape(token))).join('');
  const expression = new RegExp(`^${source}$`, 'u');
  return (value) => expression.test(value);
}

const TOO_COMPLEX =
  'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character';

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '\\') tokens.push(escaped(text, ++i));
    else if (character !== '*') tokens.push(character);
    else if (tokens.at(-1) === STAR) throw new PatternError(`Consecutive wildcard characters at pos ${i - 1}`);
    else tokens.push(STAR);
  }
  return tokens;
}

function escaped(text: string, at: number): string {
  const character = text.charAt(at);
  if (character === '*' || character === '\\') return character;
  throw new PatternError(`Invalid escape character at pos ${at - 1}`);
}

function escape(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/gu, '\\$&');
}

/** The most states that are open at once when the expression reads its own literals, one after the other. */
function mostStates(tokens: readonly Token[]): number {
  let states = closure(tokens, new Set([0]));
  let most = 0;
  for (const token of tokens) {
    if (token === STAR) continue;
    states = closure(tokens, step(tokens, states, token));
    most = Math.max(most, states.size);
  }
  return most;
}

function step(tokens: readonly Token[], states: ReadonlySet<number>, character: string): Set<number> {
  const next = new Set<number>();
  for (const state of states) {
    if (tokens[state] === STAR) next.add(state);
    else if (tokens[state] === character) next.add(state + 1);
  }
  return next;
}

/** A star may match nothing, so whatever follows it is reachable too. */
function closure(tokens: readonly Token[], states: Set<number>): Set<number> {
  for (const state of states) if (tokens[state] === STAR) states.add(state + 1);
  return states;
}
