/** Quarters of an hour ahead that every lot is forecast for: each quarter of the next hour, and each hour of the next day. */
export const answeredHorizons: readonly number[] = [1, 2, 3, 4, 6, ...Array.from({ length: 23 }, (_, i) => 4 * (i + 2))]
