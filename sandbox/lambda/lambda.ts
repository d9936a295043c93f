import type { World } from '../core/world.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Settings } from './options.ts';
import type { LambdaState } from './state.ts';

/** What the operations of the control plane share. */
export interface Lambda {
  readonly world: World;
  readonly settings: Settings;
  readonly state: LambdaState;
  readonly lifecycle: Lifecycle;
  /** Tells the data plane that a version's code, configuration or existence changed. */
  readonly retire: (functionName: string, version?: string) => void;
}
