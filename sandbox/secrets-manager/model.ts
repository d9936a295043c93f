import type { Tag } from '@aws-sdk/client-secrets-manager';

/** One version of a secret's value. */
export interface SecretVersion {
  readonly id: string;
  readonly text?: string | undefined;
  readonly bytes?: Uint8Array | undefined;
  /** Staging labels, `AWSCURRENT` among them; a version without labels is deprecated. */
  readonly stages: readonly string[];
  readonly created: Date;
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly created: Date;
  readonly changed: Date;
  /** Day of the last access. */
  readonly accessed?: Date;
  /** When it was marked for deletion, and when it will be gone. */
  readonly deleted?: Date;
  readonly goneAt?: Date;
  readonly tags: readonly Tag[];
  /** Resource policy as JSON text. */
  readonly policy?: string | undefined;
  /** In order of creation. */
  readonly versions: readonly SecretVersion[];
}
