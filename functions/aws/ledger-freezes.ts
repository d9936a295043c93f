import { expected, TransientAwsError } from '../../domain/errors.ts';
import { ALL_FUNCTIONS, type FreezeSwitch } from '../../domain/freeze/may-begin.ts';
import type { Ledger } from '../ports.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

/** One state of a switch; `revision` counts its changes from 1. */
export interface SwitchState extends FreezeSwitch {
  readonly frozen: boolean;
  readonly revision: number;
}

/** A change of a switch: who, why, when (ISO 8601), and until when. */
export type SwitchChange = Omit<SwitchState, 'revision'>;

/** The freeze switches as steps read them and people set them. */
export interface FreezeBook extends Pick<Ledger, 'freezes'> {
  /** A switch as it is; undefined when it was never set. */
  state(scope: string): Promise<SwitchState | undefined>;
  /** Every switch as it is. */
  all(): Promise<readonly SwitchState[]>;
  /** What a switch was before, oldest first. */
  earlier(scope: string): Promise<readonly SwitchState[]>;
  /**
   * Sets a switch, unless it has changed since it was `seen`.
   * @throws TransientAwsError when it has: look again.
   */
  change(change: SwitchChange, seen: SwitchState | undefined): Promise<SwitchState>;
}

/** A switch is one item that is overwritten; what it was is kept beside it before that, so that no change is ever lost. */
export function freezeBook(table: LedgerTable): FreezeBook {
  const state = (scope: string) => table.get<SwitchState>(switchKey(scope));
  return {
    state,
    async freezes(functionName) {
      const both = await Promise.all([ALL_FUNCTIONS, functionName].map(state));
      return both.flatMap((one) => (one?.frozen ? [one] : []));
    },
    async all() {
      const items = await table.query<SwitchState & Key>(PARTITION, '');
      return items.filter(({ sk }) => !sk.includes('#'));
    },
    earlier: (scope) => table.query<SwitchState>(PARTITION, `${scope}#`),
    change: (change, seen) => changeSwitch(table, change, seen),
  };
}

async function changeSwitch(
  table: LedgerTable,
  change: SwitchChange,
  seen: SwitchState | undefined,
): Promise<SwitchState> {
  const { scope } = change;
  if (seen) await table.putNew({ pk: PARTITION, sk: `${scope}#${String(seen.revision).padStart(6, '0')}` }, seen);
  const next: SwitchState = { ...change, revision: (seen?.revision ?? 0) + 1 };
  if (await table.put(switchKey(scope), next, unchangedSince(seen))) return next;
  const todo = 'look at it with `weighbridge freeze --list` and decide again';
  throw new TransientAwsError(
    expected(`the freeze switch of ${scope} as it was`, 'one that somebody changed just now', todo),
  );
}

function unchangedSince(seen: SwitchState | undefined) {
  if (!seen) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return { ConditionExpression: 'revision = :seen', ExpressionAttributeValues: { ':seen': seen.revision } };
}

const PARTITION = 'freeze';

function switchKey(scope: string): Key {
  return { pk: PARTITION, sk: scope };
}
