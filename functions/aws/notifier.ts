import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Delivery, Notice, Notifier } from '../ports.ts';
import type { Host } from './host.ts';
import { noticeBook } from './notice-book.ts';
import { secretText } from './secrets.ts';
import { headline, slackMessage } from './slack-message.ts';

type Channels = Parameters<Notifier['tell']>[1];

/** A webhook that does not answer within this time counts as failed, in ms. */
const WEBHOOK_PATIENCE = 5_000;
const WEBHOOK_ATTEMPTS = 3;

/** Tells people by SNS and by a Slack incoming webhook, by each once. Never throws. */
export function notifier(host: Host): Notifier {
  return {
    async tell(plain, channels, among = 'attempts') {
      const notice = marked(host, plain);
      const once = (channel: Delivery['channel'], deliver: () => Promise<string | undefined>) =>
        deliverOnce(host, { id: notice.id, channel, among }, () => attempt(channel, deliver));
      return Promise.all([
        once('sns', () => bySns(host, notice, channels)),
        once('slack', () => bySlack(host, notice, channels)),
      ]);
    },
  };
}

interface Once {
  readonly id: string;
  readonly channel: Delivery['channel'];
  readonly among: 'rivals' | 'attempts';
}

/** A ledger that cannot be reached keeps nobody from being told: twice is better than never. */
async function deliverOnce(
  host: Host,
  { id, channel, among }: Once,
  deliver: () => Promise<Delivery>,
): Promise<Delivery> {
  const claim = await quietly(() => noticeBook(host).claim(id, channel, among));
  if (claim === 'told') return { channel, result: 'delivered', detail: 'by an earlier attempt' };
  if (claim === 'underway') return { channel, result: 'underway' };
  const delivery = await deliver();
  const note = delivery.result === 'failed' ? 'givenUp' : 'delivered';
  await quietly(() => noticeBook(host)[note](id, channel));
  return delivery;
}

async function quietly<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

/** What a fire drill causes is marked, so that nobody is woken; that a drill failed is not part of the drill. */
function marked(host: Host, notice: Notice): Notice {
  const drill = notice.function === host.optional('DRILL_FUNCTION') && notice.outcome !== 'drillFailed';
  return drill ? { ...notice, drill } : notice;
}

/** Whatever goes wrong with a channel is its result. */
async function attempt(channel: Delivery['channel'], deliver: () => Promise<string | undefined>): Promise<Delivery> {
  try {
    const skipped = await deliver();
    return skipped === undefined ? { channel, result: 'delivered' } : { channel, result: 'skipped', detail: skipped };
  } catch (cause) {
    return {
      channel,
      result: 'failed',
      detail: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause),
    };
  }
}

async function bySns(host: Host, notice: Notice, channels: Channels): Promise<string | undefined> {
  const TopicArn = channels?.snsTopicArn ?? host.optional('TOPIC_ARN');
  if (!TopicArn) return 'no topic is configured';
  const MessageAttributes = {
    outcome: { DataType: 'String', StringValue: notice.outcome },
    function: { DataType: 'String', StringValue: notice.function },
    environment: { DataType: 'String', StringValue: notice.environment },
    drill: { DataType: 'String', StringValue: String(notice.drill ?? false) },
  };
  const Message = JSON.stringify(notice, null, 2);
  const Subject = headline(notice).slice(0, 100);
  await new SNSClient(host.sdk).send(new PublishCommand({ TopicArn, Subject, Message, MessageAttributes }));
  return undefined;
}

async function bySlack(host: Host, notice: Notice, channels: Channels): Promise<string | undefined> {
  const secret = channels?.slackWebhookSecret ?? host.optional('SLACK_SECRET_ARN');
  if (!secret) return 'no webhook is configured';
  const url = webhookUrl(await secretText(host, secret));
  if (!url) return `secret ${secret} holds no webhook URL yet`;
  const body = JSON.stringify(slackMessage(notice));
  await post(host, url, body);
  return undefined;
}

async function post(host: Host, url: URL, body: string): Promise<void> {
  let problem = '';
  for (let i = 0; i < WEBHOOK_ATTEMPTS; i++) {
    try {
      const headers = { 'content-type': 'application/json' };
      const answer = await host.fetch(url, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(WEBHOOK_PATIENCE),
      });
      if (answer.ok) return;
      problem = `the webhook answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`;
      if (answer.status < 500 && answer.status !== 429) break;
    } catch (cause) {
      problem = `the webhook could not be reached: ${cause instanceof Error ? cause.message : String(cause)}`;
    }
  }
  throw new Error(problem);
}

/** The URL as text, or as `url` of a JSON object. Only HTTPS leaves the machine; plain HTTP only reaches this one. */
function webhookUrl(secret: string): URL | undefined {
  const text = /^\s*\{/.test(secret) ? ((JSON.parse(secret) as { url?: string }).url ?? '') : secret.trim();
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const local = url.protocol === 'http:' && (url.hostname === '127.0.0.1' || url.hostname === 'localhost');
  return url.protocol === 'https:' || local ? url : undefined;
}
