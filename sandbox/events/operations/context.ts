import type { World } from '../../core/world.ts';
import type { Bus } from '../bus.ts';
import type { Rules } from '../rules.ts';
import type { Scheduler } from '../schedule/scheduler.ts';

/** What the operations of EventBridge work on. */
export interface EventsContext {
  readonly world: World;
  readonly rules: Rules;
  readonly bus: Bus;
  readonly scheduler: Scheduler;
}
