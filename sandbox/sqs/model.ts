import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

export interface Queue {
  readonly name: string;
  /** Attributes as strings, defaults included. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Sandbox milliseconds, as are all times here. */
  readonly created: number;
  readonly modified: number;
  readonly purged?: number;
}

export interface Message {
  readonly id: string;
  /** Position in the queue; rises with every message that the sandbox takes. */
  readonly order: number;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly system: Readonly<Record<string, string>>;
  readonly sent: number;
  readonly visibleAt: number;
  readonly received: number;
  readonly firstReceived?: number;
  /** The handle of the latest receipt. */
  readonly receipt?: string;
  /** FIFO queues only. */
  readonly group?: string;
}
