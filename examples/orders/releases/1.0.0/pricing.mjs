import { catalogue, taxPercent } from './catalogue.mjs';

/** Net sum, tax and total of a valid order, in cents. */
export function price(order) {
  const net = order.lines.reduce((sum, { article, count }) => sum + catalogue[article].cents * count, 0);
  const tax = Math.round((net * (taxPercent[order.country] ?? 0)) / 100);
  return { net, tax, total: net + tax };
}
