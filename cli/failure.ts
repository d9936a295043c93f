/** Exit codes: something went wrong, or the command line itself is wrong. */
export const FAILED = 1;
export const USAGE = 2;

/** An error that the user can act on: shown as one line, without a stack. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'Failure';
    this.exitCode = options.exitCode ?? FAILED;
  }
}

/** A wrong option or argument; exits with 2. */
export function usage(message: string): Failure {
  return new Failure(message, { exitCode: USAGE });
}

/** Errors that already say what was expected, what came and what to do. */
const OURS = new Set([
  'Failure',
  'InvalidReleaseError',
  'NotReadyError',
  'TransientAwsError',
  'ThrottledError',
  'ConcurrentChangeError',
]);

const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or start a sandbox with `weighbridge sandbox`',
  ExpiredToken: 'the AWS credentials have expired: sign in again',
  ExpiredTokenException: 'the AWS credentials have expired: sign in again',
};

/** One line for any error. */
export function inOneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (OURS.has(error.name)) return error.message;
  const advice = ADVICE[error.name] ?? adviceOnConnection(error) ?? adviceOnRegion(error);
  return (advice ?? `${error.name}: ${error.message}`).replaceAll(/\s*\n\s*/g, ' ');
}

function adviceOnConnection(error: Error): string | undefined {
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  if (code !== 'ECONNREFUSED' && code !== 'ENOTFOUND' && code !== 'ECONNRESET') return undefined;
  const where = address ? ` at ${address}${port ? `:${port}` : ''}` : '';
  return `nothing answers${where} (${code}): is the sandbox running, and the network up?`;
}

function adviceOnRegion(error: Error): string | undefined {
  return error.message === 'Region is missing' ? 'no AWS Region: set AWS_REGION or give --region' : undefined;
}
