import { createRandom, type Random } from '../core/random.ts';

/** Decides which matches of a rule are hit, and counts. */
export class Dose {
  readonly #skip: number;
  readonly #times: number;
  readonly #probability: number;
  readonly #random: Random;
  #seen = 0;
  #struck = 0;

  constructor(dosage: { skip: number; times?: number | undefined; probability: number }, seed: number) {
    this.#skip = dosage.skip;
    this.#times = dosage.times ?? Infinity;
    this.#probability = dosage.probability;
    this.#random = createRandom(seed);
  }

  /** Whether this match is hit. Each match draws once from the generator, so that what is hit depends on nothing else. */
  takes(): boolean {
    const draw = this.#random.next();
    this.#seen += 1;
    const hit = this.#seen > this.#skip && this.#struck < this.#times && draw < this.#probability;
    if (hit) this.#struck += 1;
    return hit;
  }

  /** Matches so far. */
  get seen(): number {
    return this.#seen;
  }

  /** Hits so far. */
  get struck(): number {
    return this.#struck;
  }
}
