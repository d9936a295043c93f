import type { WireRequest } from '../../../../sandbox/wire/message.ts';

/** A request signed by the administrator for a service. */
export function request(
  signingName: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: Uint8Array | string = '',
): WireRequest {
  const credential = `AKIATEST/20260101/us-east-1/${signingName}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=00`;
  return { method, path, headers: { host: '127.0.0.1:4566', authorization, ...headers }, body: Buffer.from(body) };
}
