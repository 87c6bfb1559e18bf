/* Integers only; products that may pass 2^53 are reckoned as bigint. */
import type { Goods } from './types.ts'

const PPM = 1_000_000

/** So many millionths of an amount, half up. */
export function share(amount: number, ppm: number): number {
  return Number((2n * BigInt(amount) * BigInt(ppm) + BigInt(PPM)) / (2n * BigInt(PPM)))
}

/** `each` for every whole unit of a quantity in steps of 10^-scale, half up. */
export function ofUnits(each: number, quantity: number, scale: number): number {
  const whole = 10n ** BigInt(scale)
  return Number((2n * BigInt(each) * BigInt(quantity) + whole) / (2n * whole))
}

/** Shares of `amount` by weight that add up to it: the largest remainders get the rest, earlier shares first among equals. */
export function split(amount: number, weights: number[]): number[] {
  let parts = weights.map(BigInt)
  let total = parts.reduce((sum, one) => sum + one, 0n)
  if (total === 0n) {
    parts = parts.map(() => 1n)
    total = BigInt(parts.length)
  }
  const size = BigInt(amount)
  const shares = parts.map((one) => (size * one) / total)
  const rest = Number(size - shares.reduce((sum, one) => sum + one, 0n))
  const remainders = parts.map((one, i) => ({ i, left: (size * one) % total }))
  remainders.sort((a, b) => (a.left === b.left ? a.i - b.i : a.left > b.left ? -1 : 1))
  for (const one of remainders.slice(0, rest)) shares[one.i]! += 1n
  return shares.map(Number)
}

export const sum = (values: number[]): number => values.reduce((total, one) => total + one, 0)
export const units = (one: Goods): number => (one.scale === 0 ? one.quantity : 1)
