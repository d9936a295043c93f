import type { Clock } from '../core/clock.ts';
import type { ChannelAction } from './rule.ts';

/** Passes something on as a fault on its way wants it: late, more than once, or not at all. */
export function pass<T>(clock: Clock, action: ChannelAction, item: T, onward: (item: T) => void): void {
  switch (action.kind) {
    case 'drop':
      return;
    case 'delay':
      clock.setTimer(action.ms, () => onward(item));
      return;
    case 'duplicate':
      onward(item);
      for (let copy = 1; copy <= action.copies; copy++) clock.setTimer(action.ms * copy, () => onward(item));
  }
}
