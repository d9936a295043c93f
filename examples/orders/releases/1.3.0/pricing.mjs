import { catalogue } from './catalogue.mjs';
import { rates } from './rates.mjs';

const DISCOUNT_FROM_CENTS = 10_000;
const DISCOUNT_PERCENT = 5;
const CENTS_PER_PARCEL_KILOGRAM = 190;

/** Net sum, discount, shipping, tax and total of a valid order, in cents. */
export function price(order) {
  const listed = order.lines.reduce((sum, { article, count }) => sum + catalogue[article].cents * count, 0);
  const discount = listed >= DISCOUNT_FROM_CENTS ? Math.round((listed * DISCOUNT_PERCENT) / 100) : 0;
  const shipping = shippingOf(order.lines);
  const net = listed - discount + shipping;
  const tax = rates.taxOn(net, order.country);
  return { net, discount, shipping, tax, total: net + tax };
}

function shippingOf(lines) {
  const grams = lines.reduce((sum, { article, count }) => sum + (catalogue[article].parcel?.grams ?? 0) * count, 0);
  return Math.ceil(grams / 1000) * CENTS_PER_PARCEL_KILOGRAM;
}
