import type { ParameterTier, ParameterType, Tag } from '@aws-sdk/client-ssm';

/** One version of a parameter. */
export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  readonly type: ParameterType;
  readonly tier: ParameterTier;
  readonly dataType: string;
  readonly modified: Date;
  /** ARN of who wrote it. */
  readonly user: string;
  readonly description?: string | undefined;
  readonly keyId?: string | undefined;
  readonly allowedPattern?: string | undefined;
}

/** A parameter with its history, the newest version last. */
export interface Parameter {
  readonly name: string;
  readonly versions: readonly ParameterVersion[];
  readonly tags: readonly Tag[];
}
