import { AwsError } from '../core/aws-error.ts';

/** A decoded aws-chunked body and the headers that trailed it, in lower case. */
export interface Chunked {
  readonly body: Uint8Array;
  readonly trailers: Readonly<Record<string, string>>;
}

/** Whether a body is in S3's own chunked framing, which has a signature or an extension per chunk and may have trailers. */
export function isAwsChunked(headers: Readonly<Record<string, string>>): boolean {
  return (
    (headers['content-encoding'] ?? '').split(',').some((coding) => coding.trim() === 'aws-chunked') ||
    (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')
  );
}

/**
 * Takes the framing off: `<hex size>[;extension]CRLF <bytes> CRLF`, a chunk of size 0, then trailing headers.
 * Source: "Transferring payload in multiple chunks" in the S3 API reference.
 * @throws AwsError IncompleteBody when the body ends early or its length is not the promised one.
 */
export function decodeAwsChunked(framed: Uint8Array, expectedLength: string | undefined): Chunked {
  const bytes = Buffer.from(framed.buffer, framed.byteOffset, framed.byteLength);
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd < 0 ? NaN : parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const start = lineEnd + 2;
    if (Number.isNaN(size) || start + size > bytes.length) throw incomplete();
    at = start + size;
    if (size === 0) break;
    chunks.push(bytes.subarray(start, at));
    at += 2;
  }
  const body = Buffer.concat(chunks);
  if (expectedLength !== undefined && body.length !== Number(expectedLength)) throw incomplete();
  return { body, trailers: parseTrailers(bytes.toString('utf8', at)) };
}

function parseTrailers(text: string): Record<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).trim().toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
}

function incomplete(): AwsError {
  return new AwsError('IncompleteBody', 'The request body terminated unexpectedly', { status: 400 });
}
