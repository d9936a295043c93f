import { z } from 'zod';
import { type AliasChange, functionNameIn, whoIn } from '../../domain/outside-change.ts';

/** CloudTrail's event of a call; only what is used. */
const callOf = <T extends z.ZodRawShape>(requestParameters: z.ZodObject<T>) =>
  z.object({
    detail: z.object({
      eventID: z.string(),
      eventName: z.string(),
      eventTime: z.iso.datetime({ offset: true }),
      sourceIPAddress: z.string().optional(),
      userAgent: z.string().optional(),
      userIdentity: z.looseObject({
        type: z.string().optional(),
        arn: z.string().optional(),
        principalId: z.string().optional(),
        invokedBy: z.string().optional(),
      }),
      requestParameters,
    }),
  });

const aliasCall = callOf(
  z.object({
    functionName: z.string(),
    name: z.string(),
    functionVersion: z.string().optional(),
    routingConfig: z.object({ additionalVersionWeights: z.record(z.string(), z.number()).nullish() }).nullish(),
  }),
);

/** A call with `dryRun` changes nothing. */
const codeCall = callOf(z.object({ functionName: z.string(), dryRun: z.boolean().optional() }));

type Call = Omit<z.output<typeof codeCall>['detail'], 'requestParameters'>;

/** Who did what when; `UpdateAlias20150331` → `UpdateAlias`. */
function outsideCall({ eventID, eventName, eventTime, sourceIPAddress, userAgent, userIdentity }: Call): AliasChange {
  const origin = [sourceIPAddress, userAgent].filter((part) => part !== undefined);
  return {
    eventId: eventID,
    action: eventName.replace(/\d{8}.*$/, ''),
    at: eventTime,
    by: whoIn(userIdentity),
    ...(origin.length > 0 && { from: [...new Set(origin)].join(' with ') }),
  };
}

/** One change of one alias. */
const aliasChange = aliasCall.transform(({ detail }) => {
  const { functionName, name, functionVersion, routingConfig } = detail.requestParameters;
  const weights = routingConfig?.additionalVersionWeights ?? undefined;
  const change: AliasChange = {
    ...outsideCall(detail),
    ...(functionVersion !== undefined && { version: functionVersion }),
    ...(weights && { weights }),
  };
  return { kind: 'alias' as const, functionName: functionNameIn(functionName), alias: name, change };
});

/** One change of a function's code or configuration. */
const codeChange = codeCall.transform(({ detail }) => {
  const { functionName, dryRun = false } = detail.requestParameters;
  return { kind: 'code' as const, functionName: functionNameIn(functionName), dryRun, change: outsideCall(detail) };
});

/** CloudTrail reported a promotion of the pipeline's own: a trail delivers. */
const trailSeen = z
  .object({ seen: z.object({ at: z.iso.datetime({ offset: true }) }) })
  .transform(({ seen }) => ({ kind: 'seen' as const, at: seen.at }));

export const recordAliasChangeInput = z.union([trailSeen, aliasChange, codeChange]);

export type RecordAliasChangeInput = z.output<typeof recordAliasChangeInput>;
