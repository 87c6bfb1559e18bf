import type { Named } from '../platform/stockroom'
import type { Tallied } from './tally.svelte'

/** What is tallied of one variant: all of it, and of a tracked one lot by lot, or number by number. */
export type NamedTally = Named & Tallied
export type Summed = Tallied & { lots: NamedTally[] }
type Counts = Record<string, Tallied>
type LotQuantity = Named & { quantity: number }

/** What is tallied by: the variant, and of a tracked one the lot or serial number too. */
export function keyOf(variantId: string, named: Named | null): string {
  return named ? [variantId, named.lot, named.serial, named.expires_on ?? ''].join('\n') : variantId
}

export const variantOf = (key: string): string => key.split('\n', 1)[0]!

function namedOf(key: string): Named | null {
  const [, lot = '', serial = '', expires_on] = key.split('\n')
  return lot || serial ? { lot, serial, expires_on: expires_on || null } : null
}

/** Whether two names are of the same lot or the same piece: of a number its lot need not be known. */
export function isSame(one: Named, other: Named): boolean {
  return one.serial || other.serial ? one.serial === other.serial : one.lot === other.lot
}

export const nameOf = ({ lot, serial }: Named): string => serial || lot

/** A tally variant by variant. One lot is one, though only one of its labels said when it expires; of two dates the earlier counts. */
export function byVariant(counts: Counts): Map<string, Summed> {
  const sums = new Map<string, Summed>()
  for (const [key, { whole, damaged }] of Object.entries(counts)) {
    const sum = sums.get(variantOf(key)) ?? { whole: 0, damaged: 0, lots: [] }
    sum.whole += whole
    sum.damaged += damaged
    const named = namedOf(key)
    const before = named && sum.lots.find((each) => isSame(each, named))
    if (before) {
      before.whole += whole
      before.damaged += damaged
      before.lot ||= named.lot
      before.expires_on = [before.expires_on, named.expires_on].filter((each) => each !== null).sort()[0] ?? null
    } else if (named) sum.lots.push({ ...named, whole, damaged })
    sums.set(variantOf(key), sum)
  }
  return sums
}

function lotsAs(lots: NamedTally[], part: keyof Tallied): LotQuantity[] {
  return lots.filter((each) => each[part] > 0).map(({ lot, serial, expires_on, ...tallied }) => ({ quantity: tallied[part], lot, serial, expires_on }))
}

/** What a count is told was found; of a tracked variant, lot by lot. */
export function findings(counts: Counts): { variant_id: string; quantity: number; lots: LotQuantity[] }[] {
  return [...byVariant(counts)].map(([variant_id, { whole, lots }]) => ({ variant_id, quantity: whole, lots: lotsAs(lots, 'whole') }))
}

/** What a delivery is told has come: `quantity` are all, `damaged` those of them that came broken, whose lots are named last. */
export function delivered(counts: Counts): { variant_id: string; quantity: number; damaged: number; lots: LotQuantity[] }[] {
  return [...byVariant(counts)]
    .filter(([, each]) => each.whole + each.damaged > 0)
    .map(([variant_id, { whole, damaged, lots }]) => ({ variant_id, quantity: whole + damaged, damaged, lots: [...lotsAs(lots, 'whole'), ...lotsAs(lots, 'damaged')] }))
}
