import { AwsError } from '../core/aws-error.ts';

/**
 * The call took effect but its answer never reached the client. Servers destroy the socket, the in-process handler
 * fails with ECONNRESET, and callers inside the sandbox see the `SdkClientException` that AWS services show when a
 * connection breaks between them.
 */
export class ConnectionLost extends AwsError {
  constructor(message = 'The connection was lost before the response arrived.') {
    super('SdkClientException', message, { status: 500 });
  }
}
