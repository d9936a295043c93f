import { createHash } from 'node:crypto';
import { AwsError } from '../core/aws-error.ts';
import type { Call } from '../core/service.ts';
import { invalidParameter, unsupported } from './errors.ts';
import type { LambdaState } from './state.ts';
import { measureZip, ZipError } from './zip.ts';

/** Where a request says that the code is. */
interface CodeSource {
  readonly ZipFile?: Uint8Array | undefined;
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
  readonly S3ObjectVersion?: string | undefined;
  readonly ImageUri?: string | undefined;
}

/** A package that Lambda has accepted. */
export interface AcceptedCode {
  /** Base64 SHA-256. */
  readonly codeSha256: string;
  /** Bytes. */
  readonly codeSize: number;
  readonly bytes: Uint8Array;
}

/**
 * Fetches the package, from S3 with the caller's own permissions, and checks that it is a zip.
 * @throws {AwsError} InvalidParameterValueException in Lambda's words, or AccessDeniedException.
 */
export async function acceptCode(source: CodeSource, call: Call): Promise<AcceptedCode> {
  if (source.ImageUri) throw unsupported('Lambda container images (ImageUri)');
  const bytes = source.ZipFile ? new Uint8Array(source.ZipFile) : await fromS3(source, call);
  try {
    await measureZip(bytes);
  } catch (cause) {
    if (!(cause instanceof ZipError)) throw cause;
    if (cause.message.startsWith('Unzipped size')) throw invalidParameter(cause.message);
    throw invalidParameter('Could not unzip uploaded file. Please check your file, then try to upload again.');
  }
  const codeSha256 = createHash('sha256').update(bytes).digest('base64');
  return { codeSha256, codeSize: bytes.byteLength, bytes };
}

/** Keeps a package under its digest; the same bytes are kept once. */
export function storeCode(state: LambdaState, code: AcceptedCode): void {
  if (!state.code.has(code.codeSha256)) state.code.put(code.codeSha256, { bytes: code.bytes });
}

async function fromS3(source: CodeSource, call: Call): Promise<Uint8Array> {
  const { S3Bucket: Bucket, S3Key: Key, S3ObjectVersion: VersionId } = source;
  if (!Bucket || !Key) throw invalidParameter('Please provide a source for function code.');
  try {
    const input = { Bucket, Key, ...(VersionId && { VersionId }) };
    const output = await call.world.call<{ Body?: unknown }>('S3', 'GetObject', input, call.principal);
    return await bytesOf(output.Body);
  } catch (cause) {
    throw cause instanceof AwsError ? fromS3Error(cause) : cause;
  }
}

function fromS3Error(cause: AwsError): AwsError {
  const detail = `S3 Error Code: ${cause.code}. S3 Error Message: ${cause.message}`;
  if (cause.code !== 'AccessDenied') return invalidParameter(`Error occurred while GetObject. ${detail}`);
  const message =
    'Your access has been denied by S3, please make sure your request credentials have permission to GetObject for ' +
    `the deployment package. ${detail}`;
  return new AwsError('AccessDeniedException', message, { status: 403, extra: { Type: 'User' } });
}

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  if (typeof body === 'string') return new TextEncoder().encode(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}
