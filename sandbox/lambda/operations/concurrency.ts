import type {
  Concurrency,
  DeleteFunctionConcurrencyRequest,
  GetAccountSettingsResponse,
  GetFunctionConcurrencyRequest,
  GetFunctionConcurrencyResponse,
  PutFunctionConcurrencyRequest,
} from '@aws-sdk/client-lambda';
import type { Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import { Constraints } from '../constraints.ts';
import { functionNotFound, invalidParameter } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import { LATEST } from '../model.ts';
import type { Target } from '../names.ts';
import { functionArn, functionNeed, targetOf } from '../names.ts';

/** Reserved concurrency and the account's limits. */
export function concurrencyOperations(lambda: Lambda): Record<string, Operation> {
  return {
    PutFunctionConcurrency: operation<PutFunctionConcurrencyRequest, Concurrency>({
      needs: (input, world) => [functionNeed(world, 'PutFunctionConcurrency', targetOf(input, world, 'strict'))],
      handle: (input) => put(lambda, input),
    }),
    GetFunctionConcurrency: operation<GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse>({
      needs: (input, world) => [functionNeed(world, 'GetFunctionConcurrency', targetOf(input, world, 'strict'))],
      handle: (input) => {
        const { name } = targetOf(input, lambda.world, 'strict');
        const reserved = lambda.state.functionOf(name).reservedConcurrency;
        return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
      },
    }),
    DeleteFunctionConcurrency: operation<DeleteFunctionConcurrencyRequest, object>({
      needs: (input, world) => [functionNeed(world, 'DeleteFunctionConcurrency', targetOf(input, world, 'strict'))],
      handle: (input) => remove(lambda, input),
    }),
    GetAccountSettings: operation<object, GetAccountSettingsResponse>({
      needs: () => [{ action: 'lambda:GetAccountSettings', resource: '*' }],
      handle: () => accountSettings(lambda),
    }),
  };
}

/** Concurrency that no function has reserved. */
export function unreservedOf(lambda: Lambda, without?: string): number {
  const reserved = [...lambda.state.functions.values()]
    .filter((fn) => fn.name !== without)
    .reduce((sum, fn) => sum + (fn.reservedConcurrency ?? 0), 0);
  return lambda.settings.concurrencyLimit - reserved;
}

/** Provisioned concurrency of a function, without that of one qualifier. */
export function provisionedTotal(lambda: Lambda, name: string, without?: string): number {
  return [...lambda.state.provisioned.values()]
    .filter((one) => one.functionName === name && one.qualifier !== without)
    .reduce((sum, one) => sum + one.requested, 0);
}

function put(lambda: Lambda, input: PutFunctionConcurrencyRequest): Concurrency {
  const wanted = input.ReservedConcurrentExecutions ?? 0;
  const target = targetOf(input, lambda.world, 'strict');
  new Constraints()
    .required('reservedConcurrentExecutions', input.ReservedConcurrentExecutions)
    .range('reservedConcurrentExecutions', wanted, 0, Number.MAX_SAFE_INTEGER)
    .throwIfAny();
  const fn = existing(lambda, target);
  const { minimumUnreserved } = lambda.settings;
  if (unreservedOf(lambda, fn.name) - wanted < minimumUnreserved && wanted > 0)
    throw invalidParameter(
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its " +
        `minimum value of [${minimumUnreserved}].`,
    );
  const provisioned = provisionedTotal(lambda, fn.name);
  if (provisioned > wanted)
    throw invalidParameter(
      ` ReservedConcurrentExecutions  ${wanted} should not be lower than function's total provisioned concurrency [${provisioned}].`,
    );
  lambda.state.functions.put(fn.name, { ...fn, reservedConcurrency: wanted });
  return { ReservedConcurrentExecutions: wanted };
}

function existing(lambda: Lambda, target: Target) {
  if (target.qualifier !== undefined)
    throw invalidParameter(
      'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. ' +
        'Please specify either a function name or an unqualified function ARN.',
    );
  const fn = lambda.state.functions.get(target.name);
  if (!fn) throw functionNotFound(functionArn(lambda.world, target.name, LATEST));
  return fn;
}

function remove(lambda: Lambda, input: DeleteFunctionConcurrencyRequest): object {
  const { reservedConcurrency: _, ...fn } = existing(lambda, targetOf(input, lambda.world, 'strict'));
  lambda.state.functions.put(fn.name, fn);
  return {};
}

function accountSettings(lambda: Lambda): GetAccountSettingsResponse {
  const { state, settings } = lambda;
  const TotalCodeSize = [...state.versions.values()].reduce((sum, version) => sum + version.codeSize, 0);
  return {
    AccountLimit: {
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: settings.concurrencyLimit,
      UnreservedConcurrentExecutions: unreservedOf(lambda),
    },
    AccountUsage: { TotalCodeSize, FunctionCount: state.functions.size },
  };
}
