/** Of 1,000 orders this many are of a gift card, which version 1.2.0 fails on. */
const GIFT_CARDS_PER_THOUSAND = 40;

const COUNTRIES = ['DE', 'DE', 'DE', 'FR', 'FR', 'NL', 'SE', 'IT', 'US'] as const;
const ARTICLES = ['tea-100', 'tea-100', 'tea-250', 'pot-1', 'cup-2', 'whisk-1'] as const;

/** The `n`-th request that users send: an order, as an HTTP API hands it to a function. The same at every call. */
export function orderEvent(n: number): object {
  const body = JSON.stringify(order(n));
  return {
    version: '2.0',
    routeKey: 'POST /orders',
    rawPath: '/orders',
    headers: { 'content-type': 'application/json' },
    requestContext: { http: { method: 'POST', path: '/orders' } },
    body,
    isBase64Encoded: false,
  };
}

function order(n: number): object {
  const pick = picker(n);
  const country = COUNTRIES[pick(COUNTRIES.length)];
  const lines: { article: string | undefined; count: number }[] = Array.from({ length: 1 + pick(3) }, () => ({
    article: ARTICLES[pick(ARTICLES.length)],
    count: 1 + pick(3),
  }));
  if (pick(1000) < GIFT_CARDS_PER_THOUSAND) lines.push({ article: 'gift-25', count: 1 });
  return { id: `o-${n}`, country, lines };
}

/** Whole numbers below a bound, from a 32-bit hash of `n` (the finaliser of MurmurHash3). */
function picker(n: number): (bound: number) => number {
  let state = Math.imul(n + 1, 0x9e3779b1) >>> 0;
  return (bound) => {
    state = (state + 0x9e3779b9) >>> 0;
    let hash = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) % bound;
  };
}
