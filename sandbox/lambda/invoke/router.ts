import { conflict } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import type { AliasRecord, Deployable, FunctionRecord, VersionRecord } from '../model.ts';
import type { Target } from '../names.ts';
import { functionArn, keyOf } from '../names.ts';
import { functionNotFound } from '../errors.ts';

/** Where one invocation goes. */
export interface Route {
  readonly fn: FunctionRecord;
  readonly qualifier: string | undefined;
  readonly byAlias: boolean;
  readonly version: string;
  /** What runs: for a version under update, what it was before. */
  readonly deployable: Deployable;
  readonly invokedArn: string;
}

/**
 * Chooses the version for one invocation; for an alias with weights, at random by weight.
 * @throws {AwsError} ResourceNotFoundException; ResourceConflictException for a version that cannot be invoked yet.
 */
export function route(lambda: Lambda, target: Target): Route {
  const { fn, alias, version: primary } = lambda.state.resolve(target);
  const version = alias ? weighted(lambda, alias, primary) : primary;
  if (version.state !== 'Active')
    throw conflict(
      `The operation cannot be performed at this time. The function is currently in the following state: ${version.state}`,
    );
  return {
    fn,
    qualifier: target.qualifier,
    byAlias: alias !== undefined,
    version: version.version,
    deployable: version.serving ?? version,
    invokedArn: functionArn(lambda.world, fn.name, target.qualifier),
  };
}

function weighted(lambda: Lambda, alias: AliasRecord, primary: VersionRecord): VersionRecord {
  const [entry] = Object.entries(alias.weights);
  if (!entry) return primary;
  const [version, weight] = entry;
  if (lambda.world.random.next() >= weight) return primary;
  const additional = lambda.state.versions.get(keyOf(alias.functionName, version));
  if (!additional) throw functionNotFound(functionArn(lambda.world, alias.functionName, version));
  return additional;
}
