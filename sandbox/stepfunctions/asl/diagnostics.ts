import type { Json, JsonObject } from './json.ts';

/** One finding about a definition, as ValidateStateMachineDefinition reports it. */
export interface Diagnostic {
  readonly code: 'SCHEMA_VALIDATION_FAILED' | 'MISSING_TRANSITION_TARGET' | 'INVALID_JSON_DESCRIPTION';
  readonly message: string;
  /** JSON pointer into the definition; absent when there is no place to point to. */
  readonly location?: string;
}

/** Collects findings while a definition is walked. */
export class Findings {
  readonly all: Diagnostic[] = [];

  /** A field that is missing, unknown or of the wrong form. */
  schema(message: string, location: string): void {
    this.all.push({ code: 'SCHEMA_VALIDATION_FAILED', message, location: location || '/' });
  }

  /** A transition must lead to a state of the same flow. */
  target(target: Json | undefined, field: string, location: string, siblings: JsonObject): void {
    if (typeof target !== 'string') return this.schema('Expected value of type String', location);
    if (Object.hasOwn(siblings, target)) return;
    this.all.push({ code: 'MISSING_TRANSITION_TARGET', message: `Missing '${field}' target: ${target}`, location });
  }

  /** A state that no transition leads to. */
  unreachable(name: string, location: string): void {
    this.all.push({ code: 'MISSING_TRANSITION_TARGET', message: `State "${name}" is not reachable.`, location });
  }

  /** Fields that must be there. */
  require(object: JsonObject, fields: readonly string[], location: string): void {
    const missing = fields.filter((field) => !(field in object));
    if (missing.length > 0) this.schema(`These fields are required: [${missing.join(', ')}]`, location);
  }

  /** No other fields than these. */
  allow(object: JsonObject, fields: ReadonlySet<string>, location: string): void {
    for (const field of Object.keys(object))
      if (!fields.has(field)) this.schema(`Field '${field}' is not supported`, `${location}/${field}`);
  }

  /** A field that, where present, must satisfy `holds`. */
  check(object: JsonObject, field: string, expected: string, holds: (value: unknown) => boolean, at: string): void {
    if (field in object && !holds(object[field])) this.schema(`Expected value to be ${expected}`, `${at}/${field}`);
  }
}

/** What the walk of a definition carries along. */
export interface Validation {
  readonly findings: Findings;
  /** The query language that holds where a state names none. */
  readonly language: string;
  /** Names of all states met so far: they are unique in a whole definition. */
  readonly names: Set<string>;
  /** Compiles an expression for its syntax errors alone. */
  readonly parse: (text: string) => void;
  /** Checks the states of a branch or an item processor. */
  readonly flow: (json: Json | undefined, at: string, context: Validation, kind: 'branch' | 'processor') => void;
}

/** The query language that a field names, else the one that holds outside. */
export function languageOf(value: Json | undefined, outside: string): string {
  return typeof value === 'string' ? value : outside;
}

/** Whether a value is a number of seconds that the language allows for a timeout. */
export function isTimeout(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 99_999_999;
}

/** The message of InvalidDefinition: every finding with its code and place. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const parts = diagnostics.map((d) => `${d.code}: ${d.message}${d.location ? ` at ${d.location}` : ''}`);
  return `Invalid State Machine Definition: '${parts.join(', ')}'`;
}
