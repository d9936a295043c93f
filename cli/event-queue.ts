import type { HistoryEvent, SFNClient } from '@aws-sdk/client-sfn';

/** States that an execution has entered and left and nobody has looked at yet, oldest first. */
export class EventQueue {
  readonly #client: SFNClient;
  readonly #execution: string;
  #events: HistoryEvent[] = [];
  #newest = 0;

  constructor(client: SFNClient, execution: string) {
    this.#client = client;
    this.#execution = execution;
  }

  get waiting(): number {
    return this.#events.length;
  }

  take(): HistoryEvent | undefined {
    return this.#events.shift();
  }

  /** Reads what is new since the last time. */
  async refill(): Promise<void> {
    const { paginateGetExecutionHistory } = await import('@aws-sdk/client-sfn');
    const input = { executionArn: this.#execution, reverseOrder: true, includeExecutionData: true };
    const found: HistoryEvent[] = [];
    read: for await (const { events = [] } of paginateGetExecutionHistory(
      { client: this.#client, pageSize: 100 },
      input,
    )) {
      for (const event of events) {
        if ((event.id ?? 0) <= this.#newest) break read;
        found.push(event);
      }
    }
    this.#newest = found[0]?.id ?? this.#newest;
    const states = found.filter((one) => one.stateEnteredEventDetails ?? one.stateExitedEventDetails);
    this.#events.push(...states.reverse());
  }
}
