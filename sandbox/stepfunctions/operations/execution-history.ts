import type { GetExecutionHistoryInput, GetExecutionHistoryOutput } from '@aws-sdk/client-sfn';
import { AwsError } from '../../core/aws-error.ts';
import { operation, type Operation } from '../../core/service.ts';
import { lastEventId, readEvents, withoutData } from '../history.ts';
import { executionOf, type Deps } from './deps.ts';
import { decodeToken, encodeToken, pageSize } from './paging.ts';

/** GetExecutionHistory: 100 events a page by default, oldest first unless asked otherwise. */
export function historyOperations(deps: Deps): Record<string, Operation> {
  return {
    GetExecutionHistory: operation<GetExecutionHistoryInput, GetExecutionHistoryOutput>({
      needs: (input) => [{ action: 'states:GetExecutionHistory', resource: input.executionArn ?? '*' }],
      handle: (input) => getHistory(deps, input),
    }),
  };
}

function getHistory(deps: Deps, request: GetExecutionHistoryInput): GetExecutionHistoryOutput {
  const { arn } = executionOf(deps, request.executionArn);
  const size = pageSize(request.maxResults);
  const last = lastEventId(deps.records, arn);
  const step = request.reverseOrder ? -1 : 1;
  const from = request.nextToken === undefined ? (step > 0 ? 1 : last) : startOf(request.nextToken, arn);
  const to = step > 0 ? Math.min(last, from + size - 1) : Math.max(1, from - size + 1);
  const events = from < 1 || from > last ? [] : readEvents(deps.records, arn, from, to);
  const shown = request.includeExecutionData === false ? events.map(withoutData) : events;
  const more = step > 0 ? to < last : to > 1;
  return { events: shown, ...(more && { nextToken: encodeToken(`${arn} ${to + step}`) }) };
}

function startOf(nextToken: string, arn: string): number {
  const [owner, id] = decodeToken(nextToken).split(' ');
  if (owner !== arn) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  return Number(id);
}
