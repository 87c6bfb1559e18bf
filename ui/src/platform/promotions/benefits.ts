/* What a promotion takes off, given the units that are left for it: in runs of equal units, not one by one. */
import { ofUnits, share, split, sum } from './amounts.ts'
import type { Match } from './matching.ts'
import type { Benefit, Goods, Simple } from './types.ts'

const SETS_MAX = 1_000

export function offLine(benefit: Simple, goods: Goods, quantity: number): number {
  const part = quantity === goods.quantity ? goods.amount : goods.unit_price * quantity
  if (benefit.kind === 'percent') return share(part, benefit.ppm)
  const each = benefit.kind === 'amount' ? Math.min(benefit.amount, goods.unit_price) : Math.max(0, goods.unit_price - benefit.amount)
  return Math.min(part, ofUnits(each, quantity, goods.scale))
}

interface Use {
  line: number
  units: number
  off: number
}

export interface Sets {
  uses: Use[]
  off: number
  spread: 'each' | 'across'
}

interface Run {
  price: number
  line: number
  units: number
}

export function makeSets(one: Match, goods: Goods[], left: number[]): Sets | null {
  const { benefit, caps } = one.rule
  const most = Math.min(caps.sets_per_basket ?? SETS_MAX, SETS_MAX)
  const runs = (lines: number[]): Run[] => lines.filter((i) => left[i]).map((i) => ({ price: goods[i]!.unit_price, line: i, units: left[i]! }))
  let made: Sets | null
  if (benefit.kind === 'buy_get')
    made =
      benefit.of === null ? moreOfTheSame(benefit, runs(one.parts[0]!), most) : somethingElse(benefit, runs(one.parts[0]!), runs(one.parts[1]!), most)
  else if (benefit.kind === 'bundle') made = bundles(benefit, one.parts.map(runs), most)
  else if (benefit.kind === 'gift') made = gift(benefit.quantity, runs(one.parts[0]!))
  else made = one.simple === null ? null : capped(one.simple, one.parts[0]!, goods, left)
  if (made === null || made.off <= 0) return null
  const cap = caps.discount_per_basket
  if (cap === null || made.off <= cap) return made
  const weights = made.uses.map((use) => (made.spread === 'each' ? use.off : goods[use.line]!.unit_price * use.units))
  return shared(made.uses, cap, weights)
}

function shared(uses: Use[], off: number, weights: number[]): Sets {
  const shares = split(off, weights)
  return { uses: uses.map((one, i) => ({ ...one, off: shares[i]! })), off, spread: 'across' }
}

function moreOfTheSame(benefit: Extract<Benefit, { kind: 'buy_get' }>, runs: Run[], most: number): Sets | null {
  const together = benefit.buy + benefit.get
  const wanted = Math.min(Math.floor(sum(runs.map((one) => one.units)) / together), most) * together
  let [at, off, got] = [0, 0, 0]
  const used: Run[] = []
  for (const one of runs) {
    const taken = Math.min(one.units, wanted - at)
    if (taken <= 0) break
    at += taken
    const then = Math.floor(at / together) * benefit.get + Math.max(0, (at % together) - benefit.buy)
    if (then > got) {
      off += (then - got) * share(one.price, benefit.ppm)
      got = then
    }
    used.push({ ...one, units: taken })
  }
  if (!off) return null
  return shared(
    used.map((one) => ({ line: one.line, units: one.units, off: 0 })),
    off,
    used.map((one) => one.price * one.units),
  )
}

/** Units by line, from the first run on, without those taken already; null where there are too few. */
function take(runs: Run[], wanted: number, besides: Map<number, number> | null = null): Map<number, number> | null {
  const taken = new Map<number, number>()
  for (const one of runs) {
    if (!wanted) break
    const part = Math.min(one.units - (besides?.get(one.line) ?? 0), wanted)
    if (part > 0) {
      taken.set(one.line, part)
      wanted -= part
    }
  }
  return wanted ? null : taken
}

function somethingElse(benefit: Extract<Benefit, { kind: 'buy_get' }>, paying: Run[], given: Run[], most: number): Sets | null {
  const bought = [...paying].reverse()
  const got = benefit.takes === 'cheapest' ? [...given].reverse() : given
  const inAll = sum(got.map((one) => one.units))
  let low = 0
  let high = Math.min(most, Math.ceil(inAll / benefit.get), Math.floor(sum(bought.map((one) => one.units)) / benefit.buy))
  while (low < high) {
    const sets = Math.floor((low + high + 1) / 2)
    if (take(bought, sets * benefit.buy, take(got, Math.min(inAll, sets * benefit.get))) === null) high = sets - 1
    else low = sets
  }
  const free = low ? take(got, Math.min(inAll, low * benefit.get)) : null
  if (!free?.size) return null
  const paid = take(bought, low * benefit.buy, free) ?? new Map<number, number>()
  const prices = new Map([...paying, ...given].map((one) => [one.line, one.price]))
  const lines = [...new Set([...free.keys(), ...paid.keys()])].sort((a, b) => a - b)
  const uses = lines.map((line) => ({
    line,
    units: (free.get(line) ?? 0) + (paid.get(line) ?? 0),
    off: (free.get(line) ?? 0) * share(prices.get(line)!, benefit.ppm),
  }))
  return { uses, off: sum(uses.map((one) => one.off)), spread: 'each' }
}

function bundles(benefit: Extract<Benefit, { kind: 'bundle' }>, parts: Run[][], most: number): Sets | null {
  const left = new Map(parts.flat().map((one) => [one.line, one.units]))
  const prices = new Map(parts.flat().map((one) => [one.line, one.price]))
  const used = new Map<number, number>()
  let off = 0
  for (let i = 0; i < most; i += 1) {
    const set = oneSet(benefit, parts, left)
    if (set === null) break
    const worth = sum([...set].map(([line, count]) => prices.get(line)! * count))
    if (worth <= benefit.amount) break
    off += worth - benefit.amount
    for (const [line, count] of set) {
      left.set(line, left.get(line)! - count)
      used.set(line, (used.get(line) ?? 0) + count)
    }
  }
  if (!used.size) return null
  const lines = [...used.keys()].sort((a, b) => a - b)
  return shared(
    lines.map((line) => ({ line, units: used.get(line)!, off: 0 })),
    off,
    lines.map((line) => prices.get(line)! * used.get(line)!),
  )
}

function oneSet(benefit: Extract<Benefit, { kind: 'bundle' }>, parts: Run[][], left: Map<number, number>): Map<number, number> | null {
  const taken = new Map<number, number>()
  for (const [i, part] of benefit.parts.entries()) {
    let wanted = part.quantity
    for (const one of parts[i]!) {
      const count = Math.min(left.get(one.line)! - (taken.get(one.line) ?? 0), wanted)
      if (count > 0) {
        taken.set(one.line, (taken.get(one.line) ?? 0) + count)
        wanted -= count
      }
      if (!wanted) break
    }
    if (wanted) return null
  }
  return taken
}

function gift(wanted: number, runs: Run[]): Sets | null {
  const uses: Use[] = []
  for (const one of runs) {
    const count = Math.min(one.units, wanted)
    if (count) uses.push({ line: one.line, units: count, off: one.price * count })
    wanted -= count
  }
  return uses.length ? { uses, off: sum(uses.map((one) => one.off)), spread: 'each' } : null
}

function capped(simple: Simple, lines: number[], goods: Goods[], left: number[]): Sets | null {
  const uses = lines
    .filter((i) => left[i])
    .map((i) => ({ line: i, units: left[i]!, off: offLine(simple, goods[i]!, left[i]!) }))
    .filter((one) => one.off)
  return uses.length ? { uses, off: sum(uses.map((one) => one.off)), spread: 'each' } : null
}
