import { price } from './pricing.mjs';
import { problemsOf } from './validation.mjs';
import { VERSION } from './version.mjs';

/** Prices orders: `POST /orders` with an order, `GET /health` without. Events and answers as of an HTTP API. */
export async function handler(event) {
  const { method, path } = event.requestContext?.http ?? {};
  if (method === 'GET' && path === '/health') return answer(200, { status: 'ok' });
  if (method !== 'POST' || path !== '/orders') return answer(404, { error: `no route ${method} ${path}` });
  const order = parsed(event);
  const problems = problemsOf(order);
  if (problems.length > 0) return answer(400, { error: 'the order is not valid', problems });
  return answer(200, { order: order.id, ...price(order) });
}

function parsed(event) {
  const text = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answer(statusCode, body) {
  const headers = { 'content-type': 'application/json', 'x-orders-version': VERSION };
  return { statusCode, headers, body: JSON.stringify({ version: VERSION, ...body }) };
}
