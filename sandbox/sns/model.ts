import type { MessageAttributeValue, Tag } from '@aws-sdk/client-sns';

export interface Topic {
  readonly arn: string;
  readonly name: string;
  /** Attributes as they were set; the derived ones are not among them. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
}

/** Protocols by which the sandbox delivers, or (email) keeps subscriptions. */
export const PROTOCOLS = ['sqs', 'lambda', 'http', 'https', 'email', 'email-json'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface Subscription {
  readonly arn: string;
  readonly topic: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Confirms the subscription; gone once it is confirmed. */
  readonly token?: string;
}

/** A message as it was published. `at` is in sandbox milliseconds. */
export interface Published {
  readonly messageId: string;
  readonly topicArn: string;
  readonly message: string;
  readonly subject?: string | undefined;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** Texts by protocol, when the client gave several. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly at: number;
}

/** A delivery that has not succeeded yet. */
export interface Delivery {
  readonly id: string;
  readonly subscription: string;
  readonly published: Published;
  /** Attempts so far. */
  readonly attempts: number;
  readonly dueAt: number;
}
