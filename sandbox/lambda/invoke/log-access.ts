import { AwsError } from '../../core/aws-error.ts';
import type { World } from '../../core/world.ts';
import type { Configuration } from '../model.ts';
import { assumeFunctionRole } from '../runner/role.ts';

/** Sandbox milliseconds for which an answer holds. */
const KEEP_MS = 60_000;
const ACTIONS = ['logs:CreateLogStream', 'logs:PutLogEvents'] as const;

/** Whether a function's role lets its log reach CloudWatch Logs; without that right, Lambda drops the log silently. */
export class LogAccess {
  readonly #world: World;
  readonly #answers = new Map<string, { readonly granted: boolean; readonly until: number }>();

  constructor(world: World) {
    this.#world = world;
  }

  granted(functionName: string, { Role, LoggingConfig }: Configuration, stream: string): boolean {
    const group = LoggingConfig.LogGroup ?? '';
    const key = `${functionName} ${Role} ${group}`;
    const known = this.#answers.get(key);
    const now = this.#world.clock.now();
    if (known && known.until > now) return known.granted;
    const granted = this.#ask(functionName, Role, group, stream);
    this.#answers.set(key, { granted, until: now + KEEP_MS });
    return granted;
  }

  #ask(functionName: string, role: string, group: string, stream: string): boolean {
    const { region, accountId, authorizer } = this.#world;
    const resource = `arn:aws:logs:${region}:${accountId}:log-group:${group}:log-stream:${stream}`;
    try {
      const principal = assumeFunctionRole(this.#world, role, functionName);
      for (const action of ACTIONS)
        authorizer.check(principal, { action, resource }, 'CloudWatch Logs', action.slice('logs:'.length));
      return true;
    } catch (cause) {
      if (cause instanceof AwsError) return false;
      throw cause;
    }
  }
}
