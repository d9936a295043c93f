import { AwsError } from '../../core/aws-error.ts';

/** Bytes that a synchronous request and a response may have. */
const SYNCHRONOUS_LIMIT = 6 * 1024 * 1024;
/** Bytes that a response may have; a little more than a request. */
const RESPONSE_LIMIT = SYNCHRONOUS_LIMIT + 100;
/** Bytes that an asynchronous request may have. */
const ASYNCHRONOUS_LIMIT = 1024 * 1024;

const NULL = new TextEncoder().encode('null');

/**
 * The event, checked: within the limit, and JSON. No payload at all is an empty object.
 * @throws {AwsError} RequestTooLargeException or InvalidRequestContentException.
 */
export function checkedPayload(payload: unknown, asynchronous: boolean): Uint8Array {
  const bytes = bytesOf(payload);
  const limit = asynchronous ? ASYNCHRONOUS_LIMIT : SYNCHRONOUS_LIMIT;
  if (bytes.byteLength > limit)
    throw new AwsError(
      'RequestTooLargeException',
      `${bytes.byteLength} byte payload is too large for the ${asynchronous ? 'Event' : 'RequestResponse'} invocation type (limit ${limit} bytes)`,
      { status: 413, extra: { Type: 'User' } },
    );
  if (bytes.byteLength === 0) return new TextEncoder().encode('{}');
  try {
    JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `Could not parse request body into json: Could not parse payload into json: ${why}`;
    throw new AwsError('InvalidRequestContentException', message, { status: 400, extra: { Type: 'User' } });
  }
  return bytes;
}

/** The response, or the error that Lambda puts in place of one that is too large. */
export function checkedResponse(payload: Uint8Array): { payload: Uint8Array; tooLarge: boolean } {
  if (payload.byteLength <= RESPONSE_LIMIT) return { payload: payload.byteLength ? payload : NULL, tooLarge: false };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${RESPONSE_LIMIT} bytes).`;
  const error = JSON.stringify({ errorMessage, errorType: 'Function.ResponseSizeTooLarge' });
  return { payload: new TextEncoder().encode(error), tooLarge: true };
}

function bytesOf(payload: unknown): Uint8Array {
  if (payload === undefined || payload === null) return new Uint8Array();
  if (payload instanceof Uint8Array) return payload;
  if (typeof payload === 'string') return new TextEncoder().encode(payload);
  throw new TypeError('expected the payload as bytes or text');
}
