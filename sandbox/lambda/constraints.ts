import { validation } from './errors.ts';

/** Collects violations of the API model and reports them together, in the model's wording. */
export class Constraints {
  readonly #violations: string[] = [];

  /** Records a violation unless `holds`. */
  check(holds: boolean, member: string, value: string | number | null | undefined, constraint: string): this {
    const shown = value === null ? 'null' : `'${String(value)}'`;
    if (!holds) this.#violations.push(`Value ${shown} at '${member}' failed to satisfy constraint: ${constraint}`);
    return this;
  }

  /** The value, where there is one, matches the whole of `pattern`. */
  pattern(member: string, value: string | undefined, pattern: string): this {
    const holds = value === undefined || wholly(pattern).test(value);
    return this.check(holds, member, value, `Member must satisfy regular expression pattern: ${pattern}`);
  }

  maxLength(member: string, value: string | undefined, length: number): this {
    const holds = value === undefined || value.length <= length;
    return this.check(holds, member, value, `Member must have length less than or equal to ${length}`);
  }

  range(member: string, value: number | undefined, least: number, most: number): this {
    if (value === undefined) return this;
    this.check(value >= least, member, value, `Member must have value greater than or equal to ${least}`);
    return this.check(value <= most, member, value, `Member must have value less than or equal to ${most}`);
  }

  oneOf(member: string, value: string | undefined, values: readonly string[]): this {
    const holds = value === undefined || values.includes(value);
    return this.check(holds, member, value, `Member must satisfy enum value set: [${values.join(', ')}]`);
  }

  required(member: string, value: unknown): this {
    return this.check(value !== undefined && value !== null, member, null, 'Member must not be null');
  }

  /** @throws {AwsError} ValidationException that lists every violation. */
  throwIfAny(): void {
    const count = this.#violations.length;
    if (count === 0) return;
    throw validation(`${count} validation error${count > 1 ? 's' : ''} detected: ${this.#violations.join('; ')}`);
  }
}

const compiled = new Map<string, RegExp>();

/** The expression that matches a whole value; compiled once. */
export function wholly(pattern: string): RegExp {
  const known = compiled.get(pattern) ?? new RegExp(`^(?:${pattern})$`);
  compiled.set(pattern, known);
  return known;
}
