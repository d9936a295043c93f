import {
  type AliasConfiguration,
  CreateAliasCommand,
  DeleteAliasCommand,
  GetAliasCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { expected, InvariantError } from '../../domain/errors.ts';
import type { AliasGateway, AliasState, Conflict } from '../ports.ts';
import { isNamed } from './errors.ts';
import type { Host } from './host.ts';
import { lambdaClient } from './lambda-client.ts';

const CONFLICT: Conflict = { conflict: true };

/** Shifts traffic with the weights of Lambda aliases. Every write is guarded by the RevisionId that was read. */
export function aliasGateway(host: Host): AliasGateway {
  const client = lambdaClient(host);
  return {
    async read(FunctionName, Name) {
      try {
        return aliasState(await client.send(new GetAliasCommand({ FunctionName, Name })));
      } catch (cause) {
        if (isNamed(cause, 'ResourceNotFoundException')) return undefined;
        throw cause;
      }
    },
    async write(FunctionName, Name, { version, weights }, RevisionId) {
      const RoutingConfig = { AdditionalVersionWeights: weights };
      const input = { FunctionName, Name, FunctionVersion: version, RoutingConfig, RevisionId };
      try {
        return aliasState(await client.send(new UpdateAliasCommand(input)));
      } catch (cause) {
        if (isNamed(cause, 'PreconditionFailedException')) return CONFLICT;
        throw cause;
      }
    },
    async create(FunctionName, Name, FunctionVersion) {
      const Description = 'Moved by Weighbridge; do not move it by hand';
      try {
        return aliasState(
          await client.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion, Description })),
        );
      } catch (cause) {
        if (isNamed(cause, 'ResourceConflictException')) return CONFLICT;
        throw cause;
      }
    },
    async remove(FunctionName, Name) {
      await client.send(new DeleteAliasCommand({ FunctionName, Name }));
    },
  };
}

/** @throws InvariantError when Lambda leaves out what it documents to return. */
function aliasState({ FunctionVersion, RoutingConfig, RevisionId }: AliasConfiguration): AliasState {
  if (!FunctionVersion || !RevisionId) {
    throw new InvariantError(
      expected('an alias with version and RevisionId', { FunctionVersion, RevisionId }, 'report this: it is a bug'),
    );
  }
  const weights = RoutingConfig?.AdditionalVersionWeights ?? {};
  return { routing: { version: FunctionVersion, weights }, revisionId: RevisionId };
}
