import type { Delivery } from '../ports.ts';
import type { Host } from './host.ts';
import { type Key, ledgerTable } from './ledger-table.ts';

type Channel = Delivery['channel'];

/** `ours`: deliver it. `told`: that was done. `underway`: another invocation is at it, or died at it a moment ago. */
export type Claim = 'ours' | 'told' | 'underway';

/** Which notice was delivered by which channel, and who is delivering one at this moment. */
export interface NoticeBook {
  /**
   * Says that somebody is about to deliver a notice. Among rivals, which may run at the same time, only the first one does,
   * until its invocation must have ended; where attempts follow each other, the next one does what the last one left.
   */
  claim(id: string, channel: Channel, among: 'rivals' | 'attempts'): Promise<Claim>;
  /** Notes that it was delivered: nobody delivers it again. */
  delivered(id: string, channel: Channel): Promise<void>;
  /** Gives the claim up: whoever comes next may try at once. */
  givenUp(id: string, channel: Channel): Promise<void>;
}

/** Kept in the ledger's table, one item for each notice and channel. `until` is in ms since the epoch. */
interface Item {
  readonly until: number;
  readonly delivered: boolean;
}

/** How long a claim holds where nobody knows when the invocation ends, in ms. */
const HELD = 60_000;

export function noticeBook(host: Host): NoticeBook {
  const table = ledgerTable(host);
  const set = async (id: string, channel: Channel, item: Item): Promise<void> =>
    void (await table.put(keyOf(id, channel), item));
  return {
    async claim(id, channel, among) {
      const now = Date.now();
      const item: Item = { until: host.endsAt() ?? now + HELD, delivered: false };
      if (await table.put(keyOf(id, channel), item, among === 'rivals' ? unheldAt(now) : UNDELIVERED)) return 'ours';
      return (await table.get<Item>(keyOf(id, channel)))?.delivered ? 'told' : 'underway';
    },
    delivered: (id, channel) => set(id, channel, { until: 0, delivered: true }),
    givenUp: (id, channel) => set(id, channel, { until: 0, delivered: false }),
  };
}

const UNDELIVERED = {
  ConditionExpression: 'attribute_not_exists(pk) OR delivered = :no',
  ExpressionAttributeValues: { ':no': false },
};

function unheldAt(now: number) {
  return {
    ConditionExpression: 'attribute_not_exists(pk) OR (delivered = :no AND #until <= :now)',
    ExpressionAttributeNames: { '#until': 'until' },
    ExpressionAttributeValues: { ':no': false, ':now': now },
  };
}

function keyOf(id: string, channel: Channel): Key {
  return { pk: `notice#${id}`, sk: channel };
}
