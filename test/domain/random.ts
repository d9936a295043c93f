/** A seeded generator of numbers in [0, 1): mulberry32. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A Binomial(trials, rate) count, drawn trial by trial while there are few and by the normal law while there are many. */
export function binomial(trials: number, rate: number, random: () => number): number {
  const variance = trials * rate * (1 - rate);
  if (variance > 100) return clamp(Math.round(trials * rate + Math.sqrt(variance) * normal(random)), trials);
  if (rate > 0.5) return trials - binomial(trials, 1 - rate, random);
  return byGaps(trials, rate, random);
}

/** Counts hits by the geometric gaps between them. */
function byGaps(trials: number, rate: number, random: () => number): number {
  if (rate <= 0) return 0;
  let hits = -1;
  for (let position = 0; position <= trials; hits++)
    position += Math.floor(Math.log(1 - random()) / Math.log1p(-rate)) + 1;
  return hits;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}
