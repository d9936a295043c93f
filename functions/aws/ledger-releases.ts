import type { CodeObject } from '../../domain/journal/change.ts';
import { type Release, triggerOf } from '../../domain/release.ts';
import type { Ledger } from '../ports.ts';
import type { CurrentRelease, Place } from '../rollout/records.ts';
import { stillHeld } from './ledger-locks.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

type ReleaseBook = Pick<
  Ledger,
  | 'claimEvent'
  | 'current'
  | 'recordCurrent'
  | 'recordPromoted'
  | 'returnCurrent'
  | 'publishedDigest'
  | 'publishedCode'
  | 'recordPublished'
>;

/** Which uploads were handled, which versions were published with which bytes, and what each environment serves. */
export function releaseBook(table: LedgerTable): ReleaseBook {
  return {
    async claimEvent(release, environment, execution) {
      const key = eventKey(release, environment);
      if (await table.putNew(key, { execution })) return execution;
      return (await table.get<{ execution: string }>(key))?.execution ?? execution;
    },
    current: (place) => table.get<CurrentRelease>(currentKey(place)),
    async recordCurrent(place, current) {
      await table.put(currentKey(place), current);
    },
    recordPromoted(place, current, lock) {
      const Put = { Item: { ...current, ...currentKey(place) } };
      return table.together([{ Put }, { ConditionCheck: stillHeld(place, lock) }]);
    },
    async returnCurrent(place, rollout, before) {
      const condition = {
        ConditionExpression: 'rollout = :rollout',
        ExpressionAttributeValues: { ':rollout': rollout },
      };
      if (before) await table.put(currentKey(place), before, condition);
      else await table.delete(currentKey(place), condition);
    },
    async publishedDigest(functionName, version) {
      return (await table.get<{ codeSha256: string }>(publishedKey(functionName, version)))?.codeSha256;
    },
    async publishedCode(functionName, codeSha256) {
      const all = await table.query<CodeObject>(`function#${functionName}`, 'published#');
      const found = all.find((one) => one.codeSha256 === codeSha256);
      return found && { bucket: found.bucket, key: found.key, versionId: found.versionId, codeSha256 };
    },
    async recordPublished({ function: name, version, codeSha256, bucket, key, versionId }, lambdaVersion) {
      await table.putNew(publishedKey(name, version), { codeSha256, lambdaVersion, bucket, key, versionId });
    },
  };
}

/** S3 and EventBridge deliver at least once, and people repeat themselves. */
function eventKey(release: Release, environment: string): Key {
  return { pk: `event#${triggerOf(release)}`, sk: environment };
}

function currentKey(place: Place): Key {
  return { pk: `current#${place.function}#${place.environment}`, sk: 'current' };
}

function publishedKey(functionName: string, version: string): Key {
  return { pk: `function#${functionName}`, sk: `published#${version}` };
}
