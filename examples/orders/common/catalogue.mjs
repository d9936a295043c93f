/**
 * Articles by number: net price in cents, and how a parcel carries them. Gift cards are sent by mail and have no parcel.
 */
export const catalogue = {
  'tea-100': { name: 'Green tea, 100 g', cents: 890, parcel: { grams: 120 } },
  'tea-250': { name: 'Green tea, 250 g', cents: 1890, parcel: { grams: 280 } },
  'pot-1': { name: 'Teapot', cents: 3490, parcel: { grams: 1150, fragile: true } },
  'cup-2': { name: 'Two cups', cents: 1990, parcel: { grams: 620, fragile: true } },
  'whisk-1': { name: 'Bamboo whisk', cents: 1450, parcel: { grams: 60 } },
  'gift-25': { name: 'Gift card', cents: 2500 },
};

/** Value-added tax in per cent by country; elsewhere none is charged. */
export const taxPercent = { DE: 19, FR: 20, NL: 21, SE: 25, IT: 22, ES: 21, AT: 20 };
