import { AwsError } from '../../core/aws-error.ts';
import { exceedsPayload, MAX_PAYLOAD_BYTES } from '../asl/json.ts';

/** @throws AwsError InvalidExecutionInput, ValidationException */
export function assertInput(input: string): void {
  if (input.length > MAX_PAYLOAD_BYTES) {
    const constraint = `Member must have length less than or equal to ${MAX_PAYLOAD_BYTES}`;
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'input' failed to satisfy constraint: ${constraint}`,
    );
  }
  const problem = exceedsPayload(input) ? `Input exceeds ${MAX_PAYLOAD_BYTES} bytes` : jsonProblem(input);
  if (problem !== undefined)
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${problem}'`);
}

/** What is wrong with a JSON text, in the words that the service uses where they are known. */
function jsonProblem(text: string): string | undefined {
  if (text.trim() === '') return 'Invalid execution input.';
  try {
    JSON.parse(text);
    return undefined;
  } catch (cause) {
    const word = /^\s*([A-Za-z_]\w*)/.exec(text)?.[1];
    if (word !== undefined)
      return `Unrecognized token '${word}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')`;
    const character = /^\s*\{\s*([^"}])/.exec(text)?.[1];
    if (character !== undefined)
      return `Unexpected character ('${character}' (code ${character.charCodeAt(0)})): was expecting double-quote to start field name`;
    return cause instanceof Error ? cause.message : String(cause);
  }
}
