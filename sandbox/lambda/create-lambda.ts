import type { Operation, Service } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { AsynchronousQueue } from './invoke/asynchronous-queue.ts';
import { ConcurrencyLimits } from './invoke/concurrency-limits.ts';
import { Destinations } from './invoke/destinations.ts';
import { Invoker } from './invoke/invoker.ts';
import { LambdaMetrics } from './invoke/metrics.ts';
import type { Lambda } from './lambda.ts';
import { Lifecycle } from './lifecycle.ts';
import { aliasOperations } from './operations/aliases.ts';
import { concurrencyOperations } from './operations/concurrency.ts';
import { createFunctionOperation } from './operations/create-function.ts';
import { eventInvokeConfigOperations } from './operations/event-invoke-configs.ts';
import { eventSourceMappingOperations } from './operations/event-source-mappings.ts';
import { functionUrlOperations } from './operations/function-urls.ts';
import { functionOperations } from './operations/functions.ts';
import { invokeOperation } from './operations/invoke.ts';
import { permissionOperations } from './operations/permissions.ts';
import { provisionedConcurrencyOperations } from './operations/provisioned-concurrency.ts';
import { publishVersionOperation } from './operations/publish-version.ts';
import { tagOperations } from './operations/tags.ts';
import { updateFunctionOperations } from './operations/update-function.ts';
import type { LambdaOptions } from './options.ts';
import { settingsOf } from './options.ts';
import { Bundles } from './runner/bundles.ts';
import type { EnvironmentView } from './runner/child-pool.ts';
import { ChildPool } from './runner/child-pool.ts';
import type { CodeSelector, InProcessHandler } from './runner/in-process.ts';
import { InProcessRunner } from './runner/in-process.ts';
import { Runner } from './runner/runner.ts';
import { LambdaState } from './state.ts';

/** What the sandbox can do with Lambda beside its API. */
export interface LambdaControls {
  /** Runs a function's code in this process, on the sandbox's clock; returns the way back to child processes. */
  runInProcess(functionName: string, handler: InProcessHandler, selector?: CodeSelector): () => void;
  /** Kills the environments of a function, also in mid-run: those invocations end with Runtime.ExitError. */
  kill(functionName: string): number;
  /** The child processes that there are. */
  environments(): readonly EnvironmentView[];
  /** A stored deployment package by the hex form of its digest, for downloads. */
  deploymentPackage(sha256Hex: string): Uint8Array | undefined;
  /** Ends all child processes and removes unzipped packages. */
  close(): Promise<void>;
}

/** AWS Lambda: control plane, data plane, and the controls that tests and faults use. */
export function createLambda(
  world: World,
  options: LambdaOptions = {},
): { service: Service; controls: LambdaControls } {
  const settings = settingsOf(options);
  const state = new LambdaState(world);
  const runner = newRunner(world, state, options);
  const lifecycle = new Lifecycle(world, state, ({ functionName, version }) => runner.retire(functionName, version));
  const retire = (functionName: string, version?: string): void => runner.retire(functionName, version);
  const lambda: Lambda = { world, settings, state, lifecycle, retire };
  const metrics = new LambdaMetrics(world);
  const invoker = new Invoker(lambda, runner, new ConcurrencyLimits(lambda), metrics);
  const queue = new AsynchronousQueue(lambda, invoker, new Destinations(lambda, metrics), metrics);
  const service: Service = {
    id: 'Lambda',
    sdk: () => import('@aws-sdk/client-lambda'),
    operations: { ...controlPlane(lambda), Invoke: invokeOperation(lambda, invoker, queue) },
    start: () => {
      lifecycle.start();
      queue.start();
    },
    stop: () => runner.close(),
  };
  return { service, controls: controlsOf(state, runner) };
}

function newRunner(world: World, state: LambdaState, options: LambdaOptions): Runner {
  const bundles = new Bundles(state, options.workDir);
  return new Runner(new InProcessRunner(world), new ChildPool(world, settingsOf(options), bundles));
}

function controlPlane(lambda: Lambda): Record<string, Operation> {
  return {
    CreateFunction: createFunctionOperation(lambda),
    PublishVersion: publishVersionOperation(lambda),
    ...functionOperations(lambda),
    ...updateFunctionOperations(lambda),
    ...aliasOperations(lambda),
    ...permissionOperations(lambda),
    ...tagOperations(lambda),
    ...concurrencyOperations(lambda),
    ...provisionedConcurrencyOperations(lambda),
    ...eventInvokeConfigOperations(lambda),
    ...functionUrlOperations(lambda),
    ...eventSourceMappingOperations(lambda),
  };
}

function controlsOf(state: LambdaState, runner: Runner): LambdaControls {
  return {
    runInProcess: (functionName, handler, selector) => runner.inProcess.register(functionName, handler, selector),
    kill: (functionName) => runner.kill(functionName),
    environments: () => runner.children.environments(),
    deploymentPackage: (hex) => state.code.get(Buffer.from(hex, 'hex').toString('base64'))?.bytes,
    close: () => runner.close(),
  };
}
