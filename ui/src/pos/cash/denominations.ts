/** Notes and coins in minor units, the largest first; a currency that is not listed is counted as a sum only. */
const EURO_AND_POUND_COINS = [200, 100, 50, 20, 10, 5, 2, 1]
export const DENOMINATIONS: Record<string, { notes: number[]; coins: number[] }> = {
  EUR: { notes: [50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500], coins: EURO_AND_POUND_COINS },
  GBP: { notes: [5_000, 2_000, 1_000, 500], coins: EURO_AND_POUND_COINS },
  RUB: { notes: [500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000], coins: [1_000, 500, 200, 100] },
}

/** What so many of each are worth. What is not a whole number yet counts for nothing. */
export function worth(pieces: Record<number, string>): number {
  return Object.entries(pieces).reduce((sum, [value, typed]) => sum + (/^\d{1,5}$/.test(typed.trim()) ? Number(value) * Number(typed) : 0), 0)
}
