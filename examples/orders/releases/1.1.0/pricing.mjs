import { catalogue, taxPercent } from './catalogue.mjs';

const DISCOUNT_FROM_CENTS = 10_000;
const DISCOUNT_PERCENT = 5;

/** Net sum, discount, tax and total of a valid order, in cents. */
export function price(order) {
  const listed = order.lines.reduce((sum, { article, count }) => sum + catalogue[article].cents * count, 0);
  const discount = listed >= DISCOUNT_FROM_CENTS ? Math.round((listed * DISCOUNT_PERCENT) / 100) : 0;
  const net = listed - discount;
  const tax = Math.round((net * (taxPercent[order.country] ?? 0)) / 100);
  return { net, discount, tax, total: net + tax };
}
