/** A promotion as it is typed, and what is wrong with it, field by field. */
import { LANGUAGES, t, type Language } from '../../platform/i18n.svelte'
import { plain, steps } from '../../platform/numbers'
import type { Rule, Scope } from '../../platform/types'
import { hoursOf, windowsOf, wrongHours, type Hours } from './week'

export const KINDS = ['percent', 'amount', 'fixed_price', 'tiers', 'buy_get', 'bundle', 'gift', 'order_percent', 'order_amount', 'carriage'] as const
export const STACKINGS = ['best', 'adds', 'alone'] as const
export type Kind = (typeof KINDS)[number]
export const SPOKEN = Object.keys(LANGUAGES) as Language[]
const PERCENT_SCALE = 4 // a millionth is a ten-thousandth of a percent
const CODE = /^[a-z0-9][a-z0-9-]{0,59}$/

export type Named = { categories: string[]; variants: { id: string; title: string }[]; rest: Scope }
export type Form = {
  code: string
  titles: Record<Language, string>
  kind: Kind
  percent: string
  amount: string
  carriageFor: 'share' | 'price'
  methods: string[]
  by: 'quantity' | 'amount'
  tiers: { atLeast: string; percent: string }[]
  buy: string
  get: string
  takes: 'cheapest' | 'dearest'
  other: boolean
  of: Named
  parts: { scope: Named; quantity: string }[]
  gift: { id: string; title: string } | null
  giftQuantity: string
  scope: Named
  channels: string[]
  locations: string[]
  segments: string[]
  companies: string
  starts: string
  ends: string
  hours: Hours[]
  minAmount: string
  minQuantity: string
  stacking: (typeof STACKINGS)[number]
  group: string
  priority: string
  needsCode: boolean
  shown: boolean
  uses: string
  perCustomer: string
  budget: string
  cap: string
}

const EMPTY: Scope = { variants: [], items: [], categories: [], except_variants: [], except_items: [], except_categories: [] }

function namedOf(scope: Scope | null | undefined, titles: Map<string, string>): Named {
  const { categories = [], variants = [], ...rest } = scope ?? EMPTY
  return {
    categories: [...categories],
    variants: variants.map((id) => ({ id, title: titles.get(id) ?? id })),
    rest: { ...EMPTY, ...rest },
  }
}

export function scopeOf(named: Named): Scope {
  return { ...named.rest, categories: named.categories, variants: named.variants.map((one) => one.id) }
}

/** Which variants a rule names, so that their titles can be asked for. */
export function variantsIn(rule: Rule | undefined): string[] {
  if (!rule) return []
  const { benefit } = rule
  const more: (Scope | null | undefined)[] = [rule.scope, rule.minimum?.scope]
  if (benefit.kind === 'buy_get') more.push(benefit.of)
  if (benefit.kind === 'bundle') more.push(...benefit.parts.map((one) => one.scope))
  const ids = more.flatMap((one) => one?.variants ?? [])
  return [...new Set(benefit.kind === 'gift' ? [...ids, benefit.variant_id] : ids)].slice(0, 100)
}

const local = (at: string | null | undefined): string => {
  if (!at) return ''
  const date = new Date(at)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

export function formOf(rule: Rule | undefined, exponent: number, titles: Map<string, string>): Form {
  const benefit = rule?.benefit ?? { kind: 'percent' as const, ppm: 100_000 }
  const amount = 'amount' in benefit && benefit.amount ? plain(benefit.amount, exponent) : ''
  const percent = 'ppm' in benefit ? plain(benefit.ppm ?? 1_000_000, PERCENT_SCALE) : '10'
  const caps = rule?.caps
  const money = (value: number | null | undefined): string => (value ? plain(value, exponent) : '')
  const count = (value: number | null | undefined): string => (value ? String(value) : '')
  return {
    code: rule?.code ?? '',
    titles: Object.fromEntries(SPOKEN.map((one) => [one, rule?.titles?.[one] ?? ''])) as Record<Language, string>,
    kind: benefit.kind,
    percent,
    amount: benefit.kind === 'carriage' && benefit.amount === 0 ? '0' : amount,
    carriageFor: benefit.kind === 'carriage' && benefit.amount !== null && benefit.amount !== undefined ? 'price' : 'share',
    methods: benefit.kind === 'carriage' ? [...(benefit.methods ?? [])] : [],
    by: benefit.kind === 'tiers' ? benefit.by : 'quantity',
    tiers:
      benefit.kind === 'tiers'
        ? benefit.tiers.map((one) => ({
            atLeast: plain(one.at_least, benefit.by === 'amount' ? exponent : 0),
            percent: one.benefit.kind === 'percent' ? plain(one.benefit.ppm, PERCENT_SCALE) : '',
          }))
        : [{ atLeast: '2', percent: '5' }],
    buy: benefit.kind === 'buy_get' ? String(benefit.buy) : '2',
    get: benefit.kind === 'buy_get' ? String(benefit.get) : '1',
    takes: benefit.kind === 'buy_get' ? (benefit.takes ?? 'cheapest') : 'cheapest',
    other: benefit.kind === 'buy_get' && benefit.of !== null && benefit.of !== undefined,
    of: namedOf(benefit.kind === 'buy_get' ? benefit.of : null, titles),
    parts:
      benefit.kind === 'bundle'
        ? benefit.parts.map((one) => ({ scope: namedOf(one.scope, titles), quantity: String(one.quantity) }))
        : [{ scope: namedOf(null, titles), quantity: '3' }],
    gift: benefit.kind === 'gift' ? { id: benefit.variant_id, title: titles.get(benefit.variant_id) ?? benefit.variant_id } : null,
    giftQuantity: benefit.kind === 'gift' ? String(benefit.quantity ?? 1) : '1',
    scope: namedOf(rule?.scope, titles),
    channels: [...(rule?.conditions?.channels ?? [])],
    locations: [...(rule?.conditions?.locations ?? [])],
    segments: [...(rule?.conditions?.segments ?? [])],
    companies: (rule?.conditions?.companies ?? []).join(', '),
    starts: local(rule?.conditions?.starts_at),
    ends: local(rule?.conditions?.ends_before),
    hours: hoursOf(rule?.conditions?.windows ?? []),
    minAmount: money(rule?.minimum?.amount),
    minQuantity: count(rule?.minimum?.quantity),
    stacking: rule?.stacking ?? 'best',
    group: rule?.group ?? '',
    priority: String(rule?.priority ?? 100),
    needsCode: rule?.needs_code ?? false,
    shown: rule?.public ?? true,
    uses: count(caps?.uses),
    perCustomer: count(caps?.uses_per_customer),
    budget: money(caps?.budget),
    cap: money(caps?.discount_per_basket),
  }
}

const ppm = (text: string): number | null => {
  const found = steps(text, PERCENT_SCALE)
  return found !== null && found > 0 && found <= 1_000_000 ? found : null
}
const whole = (text: string, least = 1): number | null => {
  const found = steps(text, 0)
  return found !== null && found >= least ? found : null
}

function benefitOf(form: Form, exponent: number): Rule['benefit'] | null {
  const percent = ppm(form.percent)
  const amount = steps(form.amount, exponent)
  switch (form.kind) {
    case 'percent':
    case 'order_percent':
      return percent === null ? null : { kind: form.kind, ppm: percent }
    case 'amount':
    case 'order_amount':
      return amount === null || amount <= 0 ? null : { kind: form.kind, amount }
    case 'fixed_price':
      return amount === null || amount < 0 ? null : { kind: form.kind, amount }
    case 'tiers': {
      const tiers = form.tiers.map((one) => ({ at_least: steps(one.atLeast, form.by === 'amount' ? exponent : 0), rate: ppm(one.percent) }))
      if (!tiers.length || tiers.some((one) => one.at_least === null || one.at_least < 1 || one.rate === null)) return null
      return {
        kind: 'tiers',
        by: form.by,
        tiers: tiers.map((one) => ({ at_least: one.at_least!, benefit: { kind: 'percent' as const, ppm: one.rate! } })),
      }
    }
    case 'buy_get': {
      const [buy, get] = [whole(form.buy), whole(form.get)]
      if (buy === null || get === null || percent === null) return null
      return { kind: 'buy_get', buy, get, ppm: percent, takes: form.takes, of: form.other ? scopeOf(form.of) : null }
    }
    case 'bundle': {
      const parts = form.parts.map((one) => ({ scope: scopeOf(one.scope), quantity: whole(one.quantity) }))
      if (amount === null || amount < 0 || parts.some((one) => one.quantity === null)) return null
      return { kind: 'bundle', amount, parts: parts.map((one) => ({ scope: one.scope, quantity: one.quantity! })) }
    }
    case 'gift': {
      const quantity = whole(form.giftQuantity)
      return form.gift === null || quantity === null ? null : { kind: 'gift', variant_id: form.gift.id, quantity }
    }
    case 'carriage': {
      const methods = form.methods
      if (form.carriageFor === 'share') return percent === null ? null : { kind: 'carriage', ppm: percent, amount: null, methods }
      return amount === null || amount < 0 ? null : { kind: 'carriage', ppm: 0, amount, methods }
    }
  }
}

/** Which field a refusal of the server's is about. */
export const FIELD_OF: Record<string, string> = {
  code: 'code',
  titles: 'titles.en',
  ...Object.fromEntries(SPOKEN.map((each) => [`titles.${each}`, `titles.${each}`])),
  priority: 'priority',
  benefit: 'benefit',
  'caps.budget': 'budget',
  'caps.uses': 'uses',
  'conditions.ends_before': 'ends',
  'conditions.windows': 'hours',
  stacking: 'stacking',
}

const TITLE_LENGTH_MAX = 200

export function wrongTitles(titles: Record<Language, string>): Record<string, string> {
  const long = SPOKEN.filter((one) => titles[one].trim().length > TITLE_LENGTH_MAX).map((one) => [`titles.${one}`, t('promo.wrong.title_long', { max: TITLE_LENGTH_MAX })])
  return SPOKEN.some((one) => titles[one].trim()) ? Object.fromEntries(long) : { 'titles.en': t('promo.wrong.title') }
}

export function wrongIn(form: Form, exponent: number): Record<string, string> {
  const found: Record<string, string> = {}
  if (!CODE.test(form.code)) found['code'] = t('promo.wrong.code')
  Object.assign(found, wrongTitles(form.titles))
  if (benefitOf(form, exponent) === null) found['benefit'] = t('promo.wrong.benefit')
  if (whole(form.priority, 0) === null) found['priority'] = t('promo.wrong.number')
  for (const field of ['uses', 'perCustomer', 'minQuantity'] as const) if (form[field].trim() && whole(form[field]) === null) found[field] = t('promo.wrong.number')
  for (const field of ['budget', 'cap', 'minAmount'] as const) {
    const amount = steps(form[field], exponent)
    if (form[field].trim() && (amount === null || amount <= 0)) found[field] = t('gift.bad_amount')
  }
  if (form.starts && form.ends && form.starts >= form.ends) found['ends'] = t('promo.wrong.ends')
  const hours = wrongHours(form.hours)
  if (hours) found['hours'] = t(`promo.wrong.hours.${hours}`)
  return found
}

/** The rule as it is typed; what the form does not know of, as the goods a minimum is about, stays as it was. */
export function ruleOf(form: Form, exponent: number, before: Rule | undefined): Rule {
  const money = (text: string): number | null => (text.trim() ? steps(text, exponent) : null)
  const count = (text: string): number | null => (text.trim() ? steps(text, 0) : null)
  const ofGoods = !['bundle', 'gift', 'carriage'].includes(form.kind)
  const minimum = { amount: money(form.minAmount) ?? 0, quantity: count(form.minQuantity) ?? 0, scope: before?.minimum?.scope ?? null }
  return {
    code: form.code,
    titles: Object.fromEntries(SPOKEN.filter((one) => form.titles[one].trim()).map((one) => [one, form.titles[one].trim()])),
    benefit: benefitOf(form, exponent)!,
    scope: ofGoods ? scopeOf(form.scope) : EMPTY,
    conditions: {
      channels: form.channels,
      locations: form.locations,
      segments: form.segments,
      companies: form.companies.split(',').map((one) => one.trim()).filter(Boolean),
      starts_at: form.starts ? new Date(form.starts).toISOString() : null,
      ends_before: form.ends ? new Date(form.ends).toISOString() : null,
      windows: windowsOf(form.hours),
    },
    minimum: minimum.amount || minimum.quantity ? minimum : null,
    caps: {
      uses: count(form.uses),
      uses_per_customer: count(form.perCustomer),
      budget: money(form.budget),
      sets_per_basket: before?.caps?.sets_per_basket ?? null,
      discount_per_basket: money(form.cap),
    },
    stacking: form.stacking,
    group: form.group.trim(),
    priority: steps(form.priority, 0) ?? 100,
    needs_code: form.needsCode,
    public: form.shown,
  }
}
