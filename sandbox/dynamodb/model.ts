import type { PointInTimeRecoverySpecification, Tag, TimeToLiveSpecification } from '@aws-sdk/client-dynamodb';

/** An attribute value as it travels in JSON, binary in base64: the form in which the engine works and items are kept. */
export type Value = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, Value>>;

export interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface Throughput {
  readonly ReadCapacityUnits: number;
  readonly WriteCapacityUnits: number;
}

/** A secondary index. Times are sandbox milliseconds. */
export interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly Projection: { readonly ProjectionType: string; readonly NonKeyAttributes?: readonly string[] };
  readonly ProvisionedThroughput?: Throughput;
  /** When it is ready; until then it is being created. Absent on local indexes. */
  readonly readyAt?: number;
  /** When it is gone; set once its deletion began. */
  readonly goneAt?: number;
}

/** A table and its settings. Its status follows from the clock, so that nothing has to be re-armed after a restart. */
export interface Table {
  readonly name: string;
  readonly id: string;
  readonly createdAt: number;
  /** Until then `CREATING`. */
  readonly readyAt: number;
  /** Until then `UPDATING`. */
  readonly updatedAt?: number;
  /** Until then `DELETING`, then gone. */
  readonly goneAt?: number;
  readonly keySchema: readonly KeyElement[];
  readonly attributes: readonly { readonly AttributeName: string; readonly AttributeType: string }[];
  readonly billingMode: 'PROVISIONED' | 'PAY_PER_REQUEST';
  /** When it last became on-demand. */
  readonly onDemandSince?: number;
  readonly throughput?: Throughput;
  readonly local: readonly Index[];
  readonly global: readonly Index[];
  readonly deletionProtection: boolean;
  readonly tableClass?: string;
  readonly encryption?: { readonly keyArn: string };
  readonly tags: readonly Tag[];
  readonly timeToLive?: TimeToLiveSpecification & { readonly changedAt: number };
  readonly recovery?: PointInTimeRecoverySpecification & { readonly changedAt: number };
}

/** A table in the shape in which the engine reads it. */
export interface EngineTable {
  readonly TableName: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly KeyElement[];
  readonly AttributeDefinitions: Table['attributes'];
  readonly LocalSecondaryIndexes?: readonly Index[];
  readonly GlobalSecondaryIndexes?: readonly Index[];
}
