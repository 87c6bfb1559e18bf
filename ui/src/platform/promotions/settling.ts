/* What a set of promotions takes off together: first of units, then on top of that, then of the order, then of carriage. */
import { share, split, sum } from './amounts.ts'
import { makeSets, offLine, type Sets } from './benefits.ts'
import { ofOrder, type Match } from './matching.ts'
import type { Basket, Benefit, Outcome, Taken } from './types.ts'

const COMPETING_MAX = 5

export function tooDear(one: Match, off: number, basket: Basket): boolean {
  const budget = basket.left[one.rule.code]?.budget ?? null
  return budget !== null && off > budget
}

export const kindOf = (one: Match): Benefit => one.simple ?? one.rule.benefit

/** Than one of the same kind, for the same units. */
export function better(one: Match, other: Match): boolean {
  const [mine, its] = [kindOf(one), kindOf(other)] as { kind: string; ppm: number; amount: number }[]
  if (mine!.kind.endsWith('percent')) return mine!.ppm > its!.ppm
  return mine!.kind === 'fixed_price' ? mine!.amount < its!.amount : mine!.amount > its!.amount
}

export type Settled = Pick<Outcome, 'taken' | 'carriage_off' | 'carriage_code' | 'exact'>

/** One set of promotions that may go together, worked out on one basket. */
export function settle(matches: Match[], basket: Basket): Settled {
  const { goods } = basket
  const sets: Match[] = []
  const order: Match[] = []
  const carriage: Match[] = []
  const singles = new Map<number, Match[]>()
  const adds = new Map<number, Match[]>()
  for (const one of matches) {
    if (one.rule.benefit.kind === 'carriage') carriage.push(one)
    else if (ofOrder(one)) order.push(one)
    else if (one.simple === null || one.rule.caps.discount_per_basket !== null) sets.push(one)
    else {
      const byLine = one.rule.stacking === 'adds' ? adds : singles
      for (const i of one.lines) byLine.set(i, [...(byLine.get(i) ?? []), one])
    }
  }
  for (const [i, ones] of singles) singles.set(i, bestOfEachKind(ones))

  const single = (line: number, left: number): [Match | null, number] => {
    let [best, most]: [Match | null, number] = [null, 0]
    if (!left) return [best, most]
    for (const one of singles.get(line) ?? []) {
      const off = offLine(one.simple!, goods[line]!, left)
      if (off > most || (off === most && best !== null && one.rank < best.rank)) [best, most] = [one, off]
    }
    return [best, most]
  }
  const added = (line: number, off: number): [Match, number][] => {
    const found: [Match, number][] = []
    for (const one of adds.get(line) ?? []) {
      const rest = goods[line]!.amount - off
      const simple = one.simple!
      const more = simple.kind === 'percent' ? share(rest, simple.ppm) : Math.min(rest, offLine(simple, goods[line]!, goods[line]!.quantity))
      if (more) found.push([one, more])
      off += more
    }
    return found
  }
  const worth = (lines: number[], left: number[], off: number[]): number =>
    sum(
      lines.map((i) => {
        const own = off[i]! + single(i, left[i]!)[1]
        return own + sum(added(i, own).map(([, more]) => more))
      }),
    )
  const affordable = (one: Match, left: number[]): Sets | null => {
    const made = makeSets(one, goods, left)
    return made === null || tooDear(one, made.off, basket) ? null : made
  }

  const left = goods.map((one) => one.quantity)
  const off = goods.map(() => 0)
  const taken: Taken[] = []
  let exact = true
  const made: [Match, Sets][] = []
  for (const competing of apart(sets)) {
    if (competing.length > COMPETING_MAX) exact = false
    made.push(
      ...(competing.length > COMPETING_MAX ? greedily(competing, left, off, worth, affordable) : tryAll(competing, left, off, worth, affordable)),
    )
  }
  for (const [one, set] of made) {
    use(set, left, off)
    for (const each of set.uses)
      if (each.off) taken.push({ code: one.rule.code, line: each.line, quantity: each.units, amount: each.off, level: 'item', spread: set.spread })
  }
  for (const line of [...new Set([...singles.keys(), ...adds.keys()])].sort((a, b) => a - b)) {
    const [best, most] = single(line, left[line]!)
    if (best !== null) {
      off[line]! += most
      taken.push({ code: best.rule.code, line, quantity: left[line]!, amount: most, level: 'item', spread: 'each' })
    }
    for (const [one, more] of added(line, off[line]!)) {
      off[line]! += more
      taken.push({ code: one.rule.code, line, quantity: goods[line]!.quantity, amount: more, level: 'item', spread: 'each' })
    }
  }
  takeOffOrder(order, basket, off, taken)
  return { taken, ...takeOffCarriage(carriage, basket), exact }
}

type Worth = (lines: number[], left: number[], off: number[]) => number
type Affordable = (one: Match, left: number[]) => Sets | null

function use(sets: Sets, left: number[], off: number[], back = false): void {
  const sign = back ? -1 : 1
  for (const one of sets.uses) {
    left[one.line]! -= sign * one.units
    off[one.line]! += sign * one.off
  }
}

function tryAll(competing: Match[], left: number[], off: number[], worth: Worth, affordable: Affordable): [Match, Sets][] {
  const lines = [...new Set(competing.flatMap((one) => one.lines))].sort((a, b) => a - b)
  const none = off.map(() => 0)
  let best: [Match, Sets][] = []
  let most = worth(lines, left, none)
  const seen = new Set<string>()
  const goOn = (made: [Match, Sets][], leftNow: number[], offNow: number[]): void => {
    for (const one of competing) {
      if (made.some(([before]) => before === one)) continue
      const sets = affordable(one, leftNow)
      if (sets === null) continue
      const [leftThen, offThen] = [[...leftNow], [...offNow]]
      use(sets, leftThen, offThen)
      const soFar: [Match, Sets][] = [...made, [one, sets]]
      const ranks = soFar.map(([each]) => each.rank).sort((a, b) => a - b)
      const key = JSON.stringify([ranks, lines.map((i) => leftThen[i]), lines.map((i) => offThen[i])])
      if (seen.has(key)) continue
      seen.add(key)
      const now = worth(lines, leftThen, offThen)
      if (now > most) [best, most] = [soFar, now]
      goOn(soFar, leftThen, offThen)
    }
  }
  goOn([], left, none)
  return best
}

function greedily(competing: Match[], before: number[], zero: number[], worth: Worth, affordable: Affordable): [Match, Sets][] {
  const alone = competing.flatMap((one) => {
    const sets = affordable(one, before)
    return sets === null ? [] : [{ one, sets }]
  })
  alone.sort((a, b) => b.sets.off - a.sets.off || a.one.rank - b.one.rank)
  const [left, off] = [[...before], zero.map(() => 0)]
  const made: [Match, Sets][] = []
  const used = new Set<number>()
  for (const { one, sets: whole } of alone) {
    const now = one.lines.some((i) => used.has(i)) ? affordable(one, left) : whole
    if (now === null) continue
    const touched = now.uses.map((each) => each.line)
    const had = worth(touched, left, off)
    use(now, left, off)
    if (worth(touched, left, off) > had) {
      for (const line of touched) used.add(line)
      made.push([one, now])
    } else use(now, left, off, true)
  }
  return made
}

function takeOffOrder(order: Match[], basket: Basket, off: number[], taken: Taken[]): void {
  const { goods } = basket
  const amountOf = (one: Match): number => {
    const benefit = one.rule.benefit as { kind: string; ppm: number; amount: number }
    const rest = sum(one.lines.map((i) => goods[i]!.amount - off[i]!))
    const whole = benefit.kind === 'order_percent' ? share(rest, benefit.ppm) : Math.min(rest, benefit.amount)
    const amount = Math.min(whole, one.rule.caps.discount_per_basket ?? whole)
    return tooDear(one, amount, basket) ? 0 : amount
  }
  let [best, most]: [Match | null, number] = [null, 0]
  for (const one of order) if (one.rule.stacking !== 'adds' && amountOf(one) > most) [best, most] = [one, amountOf(one)]
  for (const one of [...(best ? [best] : []), ...order.filter((each) => each.rule.stacking === 'adds')]) {
    const amount = amountOf(one)
    if (!amount) continue
    const shares = split(
      amount,
      one.lines.map((i) => goods[i]!.amount - off[i]!),
    )
    one.lines.forEach((line, i) => {
      const part = shares[i]!
      if (!part) return
      off[line]! += part
      taken.push({ code: one.rule.code, line, quantity: goods[line]!.quantity, amount: part, level: 'order', spread: 'across' })
    })
  }
}

function takeOffCarriage(carriage: Match[], basket: Basket): { carriage_code: string; carriage_off: number } {
  let best = { carriage_code: '', carriage_off: 0 }
  for (const one of carriage) {
    const benefit = one.rule.benefit as Extract<Benefit, { kind: 'carriage' }>
    const off = benefit.amount === null ? share(basket.carriage, benefit.ppm) : Math.max(0, basket.carriage - benefit.amount)
    if (off > best.carriage_off && !tooDear(one, off, basket)) best = { carriage_code: one.rule.code, carriage_off: off }
  }
  return best
}

function bestOfEachKind(matches: Match[]): Match[] {
  const best = new Map<string, Match>()
  for (const one of matches) {
    const before = best.get(one.simple!.kind)
    if (!before || better(one, before)) best.set(one.simple!.kind, one)
  }
  return [...best.values()]
}

function apart(sets: Match[]): Match[][] {
  let groups: { lines: Set<number>; together: Match[] }[] = []
  for (const one of sets) {
    const lines = new Set(one.lines)
    let together = [one]
    const others: typeof groups = []
    for (const each of groups) {
      if ([...each.lines].some((line) => lines.has(line))) {
        for (const line of each.lines) lines.add(line)
        together = [...each.together, ...together]
      } else others.push(each)
    }
    groups = [...others, { lines, together }]
  }
  return groups.map((one) => one.together.sort((a, b) => a.rank - b.rank))
}
