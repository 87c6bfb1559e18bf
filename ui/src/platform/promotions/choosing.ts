/* Which promotions together take the most off: the same rules as the server's, so that a till can price a basket by itself. */
import { sum } from './amounts.ts'
import { makeSets } from './benefits.ts'
import { isSet, match, type Match } from './matching.ts'
import { better, kindOf, settle, tooDear, type Settled } from './settling.ts'
import type { Basket, Declined, Goods, Outcome, Rule } from './types.ts'

const GROUPINGS_MAX = 64
const ALONE_MAX = 50

/** What the promotions take off a basket; with `explain`, why it does not have each of the others. */
export function evaluate(rules: Rule[], basket: Basket, explain = false): Outcome {
  const ordered = [...rules].sort((a, b) => a.priority - b.priority || (a.code < b.code ? -1 : 1))
  const matches: Match[] = []
  const declined: Declined[] = []
  ordered.forEach((rule, rank) => {
    const found = match(rule, rank, basket)
    if ('why' in found) {
      if (explain) declined.push(found)
    } else matches.push(found)
  })
  const best = bestOf(bestOfAlike(matches), basket)
  for (const one of matches) {
    const benefit = one.rule.benefit
    if (benefit.kind !== 'gift') continue
    const missing = benefit.quantity - sum(one.lines.map((i) => basket.goods[i]!.quantity))
    if (missing > 0) best.offered.push({ code: one.rule.code, variant_id: benefit.variant_id, quantity: missing, title: '' })
  }
  if (explain) best.declined = [...declined, ...notChosen(matches, best, basket.goods)]
  return best
}

const nothing = (): Outcome => ({ taken: [], carriage_off: 0, carriage_code: '', offered: [], declined: [], exact: true })
const totalOf = (one: Settled): number => sum(one.taken.map((each) => each.amount)) + one.carriage_off

const COMPARABLE = ['percent', 'amount', 'fixed_price', 'order_percent', 'order_amount']

function bestOfAlike(matches: Match[]): Match[] {
  const kept = new Map<string, Match>()
  const others: Match[] = []
  for (const one of matches) {
    const { rule } = one
    const { caps } = rule
    const { kind } = kindOf(one)
    const limited = caps.uses !== null || caps.uses_per_customer !== null || caps.budget !== null
    if (!COMPARABLE.includes(kind) || limited || rule.group || caps.discount_per_basket !== null || rule.stacking === 'adds') {
      others.push(one)
      continue
    }
    const key = `${kind} ${rule.stacking} ${one.lines.join(',')}`
    const before = kept.get(key)
    if (!before || better(one, before)) kept.set(key, one)
  }
  return [...others, ...kept.values()].sort((a, b) => a.rank - b.rank)
}

function bestOf(matches: Match[], basket: Basket): Outcome {
  const together = matches.filter((one) => one.rule.stacking !== 'alone')
  const alone = matches.filter((one) => one.rule.stacking === 'alone')
  const { ways, all } = groupings(together)
  let best = nothing()
  let exact = alone.length <= ALONE_MAX && all
  for (const choice of [...ways, ...alone.slice(0, ALONE_MAX).map((one) => [one])]) {
    const found = withinBudgets(choice, basket)
    exact &&= found.exact
    if (totalOf(found) > totalOf(best)) best = { ...best, ...found }
  }
  return { ...best, exact }
}

function groupings(matches: Match[]): { ways: Match[][]; all: boolean } {
  const byName = new Map<string, Match[]>()
  for (const one of matches) if (one.rule.group) byName.set(one.rule.group, [...(byName.get(one.rule.group) ?? []), one])
  const groups = [...byName.keys()]
    .sort()
    .map((name) => byName.get(name)!)
    .filter((one) => one.length > 1)
  if (!groups.length) return { ways: matches.length ? [matches] : [], all: true }
  const free = matches.filter((one) => !groups.some((group) => group.includes(one)))
  const count = groups.reduce((product, one) => product * one.length, 1)
  const ways: Match[][] = []
  for (let i = 0; i < Math.min(count, GROUPINGS_MAX); i += 1) {
    let rest = i
    const picked: Match[] = []
    for (const group of [...groups].reverse()) {
      picked.push(group[rest % group.length]!)
      rest = Math.floor(rest / group.length)
    }
    ways.push([...free, ...picked].sort((a, b) => a.rank - b.rank))
  }
  return { ways, all: count <= GROUPINGS_MAX }
}

function withinBudgets(matches: Match[], basket: Basket): Settled {
  for (;;) {
    const found = settle(matches, basket)
    const spent = (code: string): number =>
      sum(found.taken.filter((one) => one.code === code).map((one) => one.amount)) + (found.carriage_code === code ? found.carriage_off : 0)
    const dear = matches.filter((one) => tooDear(one, spent(one.rule.code), basket))
    if (!dear.length) return found
    matches = matches.filter((one) => one !== dear[dear.length - 1])
  }
}

function notChosen(matches: Match[], best: Outcome, goods: Goods[]): Declined[] {
  const chosen = new Set([...best.taken.map((one) => one.code), best.carriage_code])
  const whole = goods.map((one) => one.quantity)
  return matches
    .filter((one) => !chosen.has(one.rule.code))
    .map((one) => {
      const able = !one.parts.length || one.rule.stacking === 'adds' || makeSets(one, goods, whole) !== null
      const why = able ? 'others_better' : isSet(one.rule.benefit) ? 'set_incomplete' : 'not_cheaper'
      return { code: one.rule.code, why, missing: 0 }
    })
}
