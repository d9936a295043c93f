/** Why an event pattern is refused, in the words after "Event pattern is not valid. Reason: ". */
export class PatternError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'PatternError';
  }
}
