import type { FunctionConfiguration, PublishVersionRequest } from '@aws-sdk/client-lambda';
import type { Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import { Constraints } from '../constraints.ts';
import { describeVersion } from '../describe.ts';
import { invalidParameter, unsupported } from '../errors.ts';
import { assertRevision, assertSettled } from '../guards.ts';
import type { Lambda } from '../lambda.ts';
import type { VersionRecord } from '../model.ts';
import { LATEST } from '../model.ts';
import { functionArn, functionNeed, keyOf, targetOf } from '../names.ts';

/** PublishVersion. */
export function publishVersionOperation(lambda: Lambda): Operation {
  return operation<PublishVersionRequest, FunctionConfiguration>({
    needs: (input, world) => [functionNeed(world, 'PublishVersion', unqualified(input, lambda))],
    handle: (input) => publishVersion(lambda, input),
  });
}

function unqualified(input: PublishVersionRequest, lambda: Lambda) {
  return { name: targetOf(input, lambda.world, 'strict').name, qualifier: undefined };
}

function publishVersion(lambda: Lambda, input: PublishVersionRequest): FunctionConfiguration {
  if (input.PublishTo) throw unsupported('Lambda $LATEST.PUBLISHED (PublishTo)');
  new Constraints().maxLength('description', input.Description, 256).throwIfAny();
  const { name } = targetOf(input, lambda.world, 'strict');
  lambda.state.functionOf(name);
  const latest = lambda.state.latestOf(name);
  assertRevision(latest, input.RevisionId);
  assertSettled(latest, functionArn(lambda.world, name));
  const { CodeSha256: expected } = input;
  if (expected !== undefined && expected !== latest.codeSha256)
    throw invalidParameter(
      `CodeSHA256 (${expected}) is different from current CodeSHA256 in ${LATEST} (${latest.codeSha256}). ` +
        `Please try again with the CodeSHA256 in ${LATEST}.`,
    );
  const published = publish(lambda, latest, { description: input.Description });
  return describeVersion(lambda.world, published, published.version);
}

/**
 * Makes a version of `$LATEST`, which gets a new RevisionId; or returns the last published one, untouched, when code and
 * configuration have not changed since.
 */
export function publish(
  lambda: Lambda,
  latest: VersionRecord,
  options: { description?: string | undefined },
): VersionRecord {
  const { state, world } = lambda;
  const fn = state.functionOf(latest.functionName);
  const fingerprint = JSON.stringify([latest.codeSha256, latest.description, latest.configuration]);
  const same = fn.lastPublished?.fingerprint === fingerprint ? fn.lastPublished : undefined;
  const existing = same && state.versions.get(keyOf(fn.name, same.version));
  if (existing) return existing;
  const version = String(fn.lastVersion + 1);
  state.functions.put(fn.name, {
    ...fn,
    versions: [...fn.versions, version],
    lastVersion: fn.lastVersion + 1,
    lastPublished: { version, fingerprint },
  });
  state.putVersion({ ...latest, revisionId: world.random.uuid() });
  return store(lambda, latest, version, options.description);
}

function store(lambda: Lambda, latest: VersionRecord, version: string, description: string | undefined): VersionRecord {
  const { state, world, settings } = lambda;
  const copy: VersionRecord = {
    functionName: latest.functionName,
    version,
    codeSha256: latest.codeSha256,
    codeSize: latest.codeSize,
    configuration: latest.configuration,
    description: description ?? latest.description,
    revisionId: world.random.uuid(),
    lastModified: world.clock.now(),
    state: 'Active',
    lastUpdateStatus: 'Successful',
  };
  if (!latest.transition) {
    state.putVersion(copy);
    return copy;
  }
  const { lastUpdateStatus: _, ...rest } = copy;
  const reason = { stateReason: 'The function is being created.', stateReasonCode: 'Creating' };
  const delay = latest.transition.kind === 'create' ? settings.createDelayMs : settings.updateDelayMs;
  return lambda.lifecycle.begin({ ...rest, ...reason, state: 'Pending' }, 'create', delay);
}
