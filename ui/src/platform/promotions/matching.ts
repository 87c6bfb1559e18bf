/* Whether a promotion is for this basket at all: who asks, when and where, and what is in it. */
import { sum, units } from './amounts.ts'
import type { Basket, Benefit, Declined, Goods, Rule, Scope, Simple } from './types.ts'

const everything = (scope: Scope): boolean => !scope.variants.length && !scope.items.length && !scope.categories.length

function names(goods: Goods, variants: string[], items: string[], categories: string[]): boolean {
  return variants.includes(goods.variant_id) || items.includes(goods.item_id) || goods.categories.some((one) => categories.includes(one))
}

/** The lines that a scope covers, in their order. */
function find(scope: Scope, goods: Goods[]): number[] {
  const found: number[] = []
  goods.forEach((one, i) => {
    const covered = everything(scope) || names(one, scope.variants, scope.items, scope.categories)
    if (covered && !names(one, scope.except_variants, scope.except_items, scope.except_categories)) found.push(i)
  })
  return found
}

export interface Match {
  rule: Rule
  rank: number
  lines: number[]
  simple: Simple | null
  parts: number[][]
}

export const isSet = (benefit: Benefit): boolean => ['buy_get', 'bundle', 'gift'].includes(benefit.kind)
export const ofOrder = (one: Match): boolean => one.rule.benefit.kind.startsWith('order_')

function unmet(rule: Rule, basket: Basket): string | null {
  const { conditions } = rule
  const { asking } = basket
  const at = Date.parse(asking.at)
  if (conditions.starts_at !== null && at < Date.parse(conditions.starts_at)) return 'not_yet'
  if (conditions.ends_before !== null && at >= Date.parse(conditions.ends_before)) return 'over'
  const minute = asking.minute_of_week
  if (conditions.windows.length && !conditions.windows.some((one) => one.starts <= minute && minute < one.ends_before)) return 'other_time'
  const channels = conditions.channels
  if (channels.length && !channels.includes(asking.channel) && !channels.includes(asking.channel_kind)) return 'other_channel'
  if (conditions.locations.length && !conditions.locations.includes(asking.location)) return 'other_place'
  if (conditions.segments.length && !conditions.segments.some((one) => asking.segments.includes(one))) return 'other_customers'
  if (conditions.companies.length && !conditions.companies.includes(asking.company)) return 'other_customers'
  return null
}

function usedUp(rule: Rule, basket: Basket): string | null {
  if (rule.caps.uses_per_customer !== null && !basket.known) return 'needs_customer'
  const left = basket.left[rule.code]
  if (!left) return null
  if ((left.uses !== null && left.uses < 1) || (left.budget !== null && left.budget < 1)) return 'used_up'
  return left.uses_of_customer !== null && left.uses_of_customer < 1 ? 'used_by_her' : null
}

function shortOfMinimum(rule: Rule, basket: Basket, lines: number[]): number {
  const minimum = rule.minimum!
  const benefit = rule.benefit
  const goods = basket.goods
  let counted = minimum.scope === null ? lines : find(minimum.scope, goods)
  if (benefit.kind === 'gift') counted = counted.filter((i) => goods[i]!.variant_id !== benefit.variant_id)
  const amount = minimum.amount - sum(counted.map((i) => goods[i]!.amount))
  if (minimum.amount && amount > 0) return amount
  const quantity = minimum.quantity - sum(counted.map((i) => units(goods[i]!)))
  return minimum.quantity && quantity > 0 ? quantity : 0
}

export function match(rule: Rule, rank: number, basket: Basket): Match | Declined {
  const declined = (why: string, missing = 0): Declined => ({ code: rule.code, why, missing })
  const why = unmet(rule, basket)
  if (why) return declined(why)
  if (rule.needs_code && !basket.unlocked.includes(rule.code)) return declined('needs_code')
  const used = usedUp(rule, basket)
  if (used) return declined(used)
  const { benefit } = rule
  const { goods } = basket
  const lines = find(rule.scope, goods)
  if (!lines.length && !['bundle', 'gift', 'carriage'].includes(benefit.kind)) return declined('no_goods')
  if (benefit.kind === 'carriage') {
    const methods = benefit.methods
    if (!basket.carriage || (methods.length && !basket.methods.some((one) => methods.includes(one)))) return declined('no_goods')
  }
  if (rule.minimum !== null) {
    const missing = shortOfMinimum(rule, basket, lines)
    if (missing) return declined('minimum', missing)
  }
  if (isSet(benefit)) {
    const parts = partsOf(rule, goods, lines)
    if (benefit.kind !== 'gift' && parts.some((one) => !one.length)) return declined('set_incomplete')
    return { rule, rank, lines: [...new Set(parts.flat())].sort((a, b) => a - b), simple: null, parts }
  }
  if (benefit.kind === 'order_percent' || benefit.kind === 'order_amount' || benefit.kind === 'carriage')
    return { rule, rank, lines, simple: null, parts: [] }
  const simple = benefit.kind === 'tiers' ? reached(benefit, goods, lines) : (benefit as Simple)
  return simple === null ? declined('minimum') : { rule, rank, lines, simple, parts: [lines] }
}

function partsOf(rule: Rule, goods: Goods[], lines: number[]): number[][] {
  const { benefit } = rule
  let parts: number[][] = []
  if (benefit.kind === 'bundle') parts = benefit.parts.map((one) => find(one.scope, goods))
  if (benefit.kind === 'gift') parts = [lines.length ? goods.flatMap((one, i) => (one.variant_id === benefit.variant_id ? [i] : [])) : []]
  if (benefit.kind === 'buy_get') parts = [lines, ...(benefit.of === null ? [] : [find(benefit.of, goods)])]
  return parts.map((one) => one.filter((i) => goods[i]!.scale === 0).sort((a, b) => goods[b]!.unit_price - goods[a]!.unit_price || a - b))
}

function reached(benefit: Extract<Benefit, { kind: 'tiers' }>, goods: Goods[], lines: number[]): Simple | null {
  const have = sum(lines.map((i) => (benefit.by === 'quantity' ? units(goods[i]!) : goods[i]!.amount)))
  let found: Simple | null = null
  for (const tier of benefit.tiers) if (have >= tier.at_least) found = tier.benefit
  return found
}
