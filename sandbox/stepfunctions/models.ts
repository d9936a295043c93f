import type { World } from '../core/world.ts';
import { compileDefinition } from './asl/compile.ts';
import { describeDiagnostics, type Diagnostic } from './asl/diagnostics.ts';
import { createExpressionCompiler, type ExpressionCompiler } from './asl/expression.ts';
import type { JsonObject } from './asl/json.ts';
import type { StateMachineModel } from './asl/model.ts';
import { parseDefinition } from './asl/validate.ts';
import { AwsError } from '../core/aws-error.ts';

/** Compiled definitions that are kept at hand. */
const KEPT = 256;

/** Reads definitions, and compiles each text once. */
export class Models {
  readonly #compiler: ExpressionCompiler;
  readonly #compiled = new Map<string, StateMachineModel>();

  constructor(world: World) {
    this.#compiler = createExpressionCompiler(world);
  }

  /** What is wrong with a definition; nothing when it can be run. */
  diagnose(text: string): readonly Diagnostic[] {
    const parsed = parseDefinition(text, (expression) => void this.#compiler(expression, ''));
    return 'diagnostics' in parsed ? parsed.diagnostics : [];
  }

  /** @throws AwsError InvalidDefinition with every finding */
  assertValid(text: string): void {
    const diagnostics = this.diagnose(text);
    if (diagnostics.length > 0) throw new AwsError('InvalidDefinition', describeDiagnostics(diagnostics));
  }

  /** The runnable form of a definition that was found valid. */
  model(text: string): StateMachineModel {
    const known = this.#compiled.get(text);
    if (known) return known;
    const model = compileDefinition(JSON.parse(text) as JsonObject, this.#compiler);
    this.#compiled.set(text, model);
    if (this.#compiled.size > KEPT) this.#compiled.delete(this.#compiled.keys().next().value as string);
    return model;
  }
}
