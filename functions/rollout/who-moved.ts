import { changeInWords } from '../../domain/outside-change.ts';
import type { Ports } from '../ports.ts';
import type { Place } from './records.ts';

/**
 * Who moved the alias since `since` (ISO 8601), as far as CloudTrail has said so by now: ` (changed by … at …)`, or nothing.
 * CloudTrail's times are whole seconds. Never fails: the alias and the books come first.
 */
export async function whoMoved(place: Place, since: string, { changes }: Pick<Ports, 'changes'>): Promise<string> {
  const change = await changes.latest(place).catch(() => undefined);
  if (!change || Date.parse(change.at) < Math.floor(Date.parse(since) / 1000) * 1000) return '';
  return ` (changed ${changeInWords(change)})`;
}
