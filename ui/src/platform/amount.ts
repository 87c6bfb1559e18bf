import { steps } from './numbers'

/** A typed amount in minor units, as people write it in any of our countries; null where it is none, or nothing. */
export function minor(text: string, exponent: number): number | null {
  const amount = steps(text, exponent)
  return amount !== null && amount > 0 ? amount : null
}
