import { InvariantError, expected } from './errors.ts';

/**
 * Where an alias sends its traffic: `version` takes what `weights` leaves. Weights are fractions from 0 to 1, as in
 * `AdditionalVersionWeights`; Lambda allows one entry at most.
 */
export type Routing = { version: string; weights: Record<string, number> };

/** What an alias's present routing is to a rollout. */
export const OWNERSHIPS = ['saved', 'ours', 'promoted', 'foreign'] as const;
/**
 * `saved`: as it was before the rollout; `ours`: the saved version with the candidate at some weight; `promoted`: the
 * candidate alone; `foreign`: someone else moved the alias.
 */
export type Ownership = (typeof OWNERSHIPS)[number];

/** Two weights closer than this are one weight: what arithmetic and JSON may lose, far below what Lambda can honour. */
const TOLERANCE = 1e-9;

/**
 * Routing with `percent` of the traffic on the candidate and the rest on the stable version; 0 means the stable alone.
 * @throws InvariantError at 100 and above, or when both versions are one: Lambda wants a promotion instead.
 */
export function shifted(stable: string, candidate: string, percent: number): Routing {
  if (!(percent >= 0 && percent < 100)) {
    throw new InvariantError(
      expected('a share from 0 % to below 100 %', `${percent} %`, 'promote instead of shifting'),
    );
  }
  if (stable === candidate) {
    const message = expected('two different versions', `${stable} twice`, 'a version cannot be shifted against itself');
    throw new InvariantError(message);
  }
  return percent === 0
    ? { version: stable, weights: {} }
    : { version: stable, weights: { [candidate]: fraction(percent) } };
}

/** Routing with the candidate alone. */
export function promoted(candidate: string): Routing {
  return { version: candidate, weights: {} };
}

/** True when two routings send the same traffic to the same versions; a weight of 0 is no weight. */
export function sameRouting(a: Routing, b: Routing): boolean {
  const versions = new Set([...versionsOf(a), ...versionsOf(b)]);
  return [...versions].every((version) => Math.abs(shareOf(a, version) - shareOf(b, version)) / 100 <= TOLERANCE);
}

/** The share of the traffic that a version gets, in percent from 0 to 100. */
export function shareOf(routing: Routing, version: string): number {
  const additional = routing.weights[version];
  if (version !== routing.version) return (additional ?? 0) * 100;
  return (1 - sum(Object.values(routing.weights))) * 100;
}

/** Words for a routing: `version 7 with 95 %, version 8 with 5 %`. */
export function describeRouting(routing: Routing): string {
  const parts = versionsOf(routing).map((version) => `version ${version} with ${rounded(shareOf(routing, version))} %`);
  return parts.join(', ');
}

/** Tells whether an alias is as the rollout found it, as the rollout left it, promoted, or moved by someone else. */
export function ownership(current: Routing, saved: Routing, candidate: string): Ownership {
  if (sameRouting(current, saved)) return 'saved';
  if (sameRouting(current, promoted(candidate))) return 'promoted';
  const others = versionsOf(current).filter((version) => version !== candidate);
  const split = current.version === saved.version && versionsOf(current).includes(candidate);
  return split && others.length === 1 ? 'ours' : 'foreign';
}

/** The versions that get any traffic, the primary first. */
function versionsOf(routing: Routing): string[] {
  const additional = Object.keys(routing.weights).filter(
    (version) => version !== routing.version && (routing.weights[version] ?? 0) > TOLERANCE,
  );
  return [routing.version, ...additional];
}

/** Rounded so that 0.1 % reads 0.001 and not 0.0009999999999999998. */
function fraction(percent: number): number {
  return Number((percent / 100).toFixed(10));
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function rounded(percent: number): string {
  return String(Number(percent.toFixed(4)));
}
