import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A Slack incoming webhook on this machine, which keeps what it receives. */
export interface Webhook {
  readonly url: string;
  /** Messages in the order in which they came. */
  readonly received: readonly SlackMessage[];
  close(): Promise<void>;
}

/** As much of a Slack message as is shown: its summary and the texts of its blocks. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

interface SlackBlock {
  readonly type: string;
  readonly text?: { readonly text: string };
  readonly fields?: readonly { readonly text: string }[];
}

/** Listens on a free port of 127.0.0.1 and answers `ok`, as Slack does. */
export async function startWebhook(): Promise<Webhook> {
  const received: SlackMessage[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      received.push(JSON.parse(body) as SlackMessage);
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/services/demo`, received, close: () => closed(server) };
}

/** The message as lines of text, without Slack's markup. */
export function messageInWords({ blocks }: SlackMessage): string[] {
  const texts = blocks.flatMap(({ text, fields = [] }) => [...(text ? [text] : []), ...fields].map((one) => one.text));
  return texts.flatMap((text) => plain(text).split('\n'));
}

function plain(text: string): string {
  const unmarked = text.replaceAll(/\*(\w+)\*\n/g, '$1: ').replaceAll(/:\w+: /g, '');
  return unmarked.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
