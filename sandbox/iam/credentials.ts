import { createHash } from 'node:crypto';

/** What a client signs with. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * Credentials for a role session. The same role and session always get the same ones, so that a run can be repeated
 * and a restarted sandbox still knows them. They guard nothing: the sandbox does not check signatures.
 */
export function sessionCredentials(roleArn: string, sessionName: string): SessionCredentials {
  const digest = createHash('sha512').update(`${roleArn}\n${sessionName}`).digest();
  const id = Array.from(digest.subarray(0, 16), (byte) => BASE32[byte % 32]).join('');
  return {
    accessKeyId: `ASIA${id}`,
    secretAccessKey: digest.subarray(16, 46).toString('base64'),
    sessionToken: Buffer.concat([Buffer.from(`${roleArn}/${sessionName}\n`), digest]).toString('base64'),
  };
}
