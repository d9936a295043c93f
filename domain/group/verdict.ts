import { duration } from '../duration.ts';
import type { Verdict } from '../health/figures.ts';

/** What was found of one member in one environment. */
export interface MemberVerdict {
  readonly function: string;
  readonly environment: string;
  readonly kind: Verdict['kind'];
  readonly reason: string;
}

/** One verdict for all. */
export interface GroupVerdict {
  readonly kind: Verdict['kind'];
  readonly reasons: readonly string[];
}

/** The worst member decides: one that is unhealthy makes the group so; one that cannot be judged leaves the group open. */
export function groupVerdict(members: readonly MemberVerdict[]): GroupVerdict {
  const order = ['unhealthy', 'inconclusive', 'healthy'] as const;
  const sorted = order.flatMap((kind) => members.filter((one) => one.kind === kind));
  const reasons = sorted.map((one) => `${one.function} ${one.environment}: ${one.reason}`);
  const [worst] = sorted;
  if (worst) return { kind: worst.kind, reasons };
  return { kind: 'healthy', reasons: ['no member moved: every one was released before'] };
}

/** What a group does next. */
export type GroupMove =
  | { readonly kind: 'bake'; readonly waitSeconds: number; readonly reason: string }
  | { readonly kind: 'release' | 'rollBack'; readonly reason: string };

/** Where a group's bake stands; times in ms. */
export interface GroupBake {
  readonly now: number;
  readonly since: number;
  readonly bakeSeconds: number;
  /** How long figures take to arrive and be judged, at most over all members. */
  readonly arrivalSeconds: number;
  readonly onInconclusive: 'release' | 'rollBack';
  readonly verdict: GroupVerdict;
}

const TICK_SECONDS = 60;

/**
 * An unhealthy group goes back at once, also one that asks for no joint bake; others bake to the end, and the undecided
 * a little longer, until all figures are in.
 */
export function groupMove({ now, since, bakeSeconds, arrivalSeconds, onInconclusive, verdict }: GroupBake): GroupMove {
  const reason = verdict.reasons[0] ?? verdict.kind;
  if (verdict.kind === 'unhealthy') return { kind: 'rollBack', reason };
  const arriving = verdict.kind === 'inconclusive' ? arrivalSeconds : 0;
  const rest = bakeSeconds + arriving - (now - since) / 1000;
  if (rest > 0 && bakeSeconds > 0) {
    const waitSeconds = Math.max(1, Math.ceil(Math.min(TICK_SECONDS, rest)));
    return { kind: 'bake', waitSeconds, reason: `${duration(rest)} to bake together: ${reason}` };
  }
  if (verdict.kind === 'healthy') return { kind: 'release', reason };
  if (bakeSeconds === 0) return { kind: 'release', reason: 'the group asks for no joint bake' };
  const because = `${onInconclusive === 'release' ? 'by manifest, although' : 'by manifest, since'} ${reason}`;
  return { kind: onInconclusive, reason: because };
}
