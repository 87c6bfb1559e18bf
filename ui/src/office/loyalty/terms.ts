/** A programme's terms as they are typed: every number a text, so that what is wrong stays on the screen until it is right. */
import { whole } from '../../platform/refused'
import { plain, steps } from '../../platform/numbers'
import type { Market, Terms } from '../../platform/types'

export type Texts = Record<string, string>
export const EARNS = ['spend', 'order', 'first_on_channel', 'sign_up', 'birthday', 'referrer', 'friend'] as const
export const KINDS = ['amount', 'item', 'delivery'] as const
export type Earns = (typeof EARNS)[number]
export type RuleText = { code: string; names: Texts; earns: Earns; points: string; per: string; spend: string; channels: string[]; categories: string[]; starts: string; ends: string }
export type TierText = { code: string; names: Texts; threshold: string; percent: string; benefits: Texts[] }
export type RewardText = { code: string; names: Texts; kind: (typeof KINDS)[number]; points: string; amount: string; days: string; tier: string; promotion: string; variant: string }
export type TermsText = {
  code: string
  markets: string[]
  names: Texts
  units: Texts
  rules: RuleText[]
  tiers: TierText[]
  rewards: RewardText[]
  tierBy: 'points' | 'spend'
  tierDays: string
  validDays: string
  noticeDays: string
  giveBackDays: string
  confirmed: 'paid' | 'fulfilled'
  confirmDays: string
  overdrawn: 'settle' | 'forgive'
  shareMax: string
  pointsMin: string
  burnChannels: string[]
  excluded: string[]
  earnsOnPoints: boolean
  joins: boolean
}

const DAYS_MAX = 3660
const POINTS_MAX = 100_000_000
const AMOUNT_MAX = 9_007_199_254_740_991

export function said(texts: Texts, language: string): string {
  return texts[language] ?? texts['en'] ?? Object.values(texts)[0] ?? ''
}

/** A plain name of its own for something new: `rule-1`, `rule-2`. */
export function named(kind: string, taken: { code: string }[]): string {
  let n = taken.length + 1
  while (taken.some((each) => each.code === `${kind}-${n}`)) n += 1
  return `${kind}-${n}`
}

const number = (value: number | null | undefined): string => (value === null || value === undefined ? '' : String(value))
const dayOf = (at: string | null | undefined): string => (at ? at.slice(0, 10) : '')
const beginOf = (date: string): string | null => (date ? `${date}T00:00:00Z` : null)

export function typed(code: string, terms: Terms, markets: string[], exponent: number): TermsText {
  return {
    code,
    markets,
    names: { ...terms.names },
    units: { ...terms.units },
    rules: (terms.earn ?? []).map((each) => ({
      code: each.code, names: { ...each.names }, earns: each.earns, points: number(each.points), per: each.per_minor ? plain(each.per_minor, exponent) : '',
      spend: each.spend_min ? plain(each.spend_min, exponent) : '', channels: [...(each.channels ?? [])], categories: [...(each.categories ?? [])],
      starts: dayOf(each.starts_at), ends: dayOf(each.ends_before),
    })),
    tiers: (terms.tiers ?? []).map((each) => ({
      code: each.code, names: { ...each.names }, threshold: terms.tier_by === 'spend' ? plain(each.threshold, exponent) : number(each.threshold),
      percent: number(each.earn_percent ?? 100), benefits: (each.benefits ?? []).map((one) => ({ ...one })),
    })),
    rewards: (terms.rewards ?? []).map((each) => ({
      code: each.code, names: { ...each.names }, kind: each.kind, points: number(each.points), amount: each.amount ? plain(each.amount, exponent) : '',
      days: number(each.valid_days), tier: each.tier ?? '', promotion: each.promotion ?? '', variant: each.variant_id ?? '',
    })),
    tierBy: terms.tier_by ?? 'points',
    tierDays: number(terms.tier_days ?? 365),
    validDays: number(terms.valid_days === undefined ? 365 : terms.valid_days),
    noticeDays: number(terms.notice_days ?? 30),
    giveBackDays: number(terms.give_back_days ?? 30),
    confirmed: terms.confirmed ?? 'fulfilled',
    confirmDays: number(terms.confirm_days ?? 14),
    overdrawn: terms.overdrawn ?? 'settle',
    shareMax: number(terms.burn?.share_percent_max ?? 100),
    pointsMin: number(terms.burn?.points_min ?? 0),
    burnChannels: [...(terms.burn?.channels ?? [])],
    excluded: [...(terms.burn?.categories_excluded ?? [])],
    earnsOnPoints: terms.earns_on_points ?? false,
    joins: terms.joins_by_buying ?? true,
  }
}

type Why = 'code' | 'name' | 'number' | 'amount' | 'market' | 'ends'

/** What the screen can tell to be wrong before the server does, by field. */
export function wrongIn(form: TermsText, market: Market | undefined): Record<string, Why> {
  const wrong: Record<string, Why> = {}
  const exponent = market?.exponent ?? 2
  const days = (field: string, text: string, least: number, open = false): void => {
    if (!(open && text.trim() === '') && whole(text, least, DAYS_MAX) === null) wrong[field] = 'number'
  }
  const name = (field: string, texts: Texts): void => {
    if (!Object.values(texts).some((each) => each.trim())) wrong[field] = 'name'
  }
  const amount = (field: string, text: string, needed: boolean): void => {
    const value = steps(text, exponent)
    if (text.trim() === '' ? needed : value === null || value <= 0) wrong[field] = 'amount'
  }
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(form.code)) wrong['code'] = 'code'
  if (form.markets.length === 0) wrong['markets'] = 'market'
  name('names', form.names)
  name('units', form.units)
  days('validDays', form.validDays, 1, true)
  days('noticeDays', form.noticeDays, 0)
  days('giveBackDays', form.giveBackDays, 1)
  days('confirmDays', form.confirmDays, 0)
  days('tierDays', form.tierDays, 1)
  if (whole(form.shareMax, 0, 100) === null) wrong['shareMax'] = 'number'
  if (whole(form.pointsMin, 0, POINTS_MAX) === null) wrong['pointsMin'] = 'number'
  form.rules.forEach((each, i) => {
    name(`rules.${i}.names`, each.names)
    if (whole(each.points, 1, POINTS_MAX) === null) wrong[`rules.${i}.points`] = 'number'
    if (each.earns === 'spend') amount(`rules.${i}.per`, each.per, true)
    amount(`rules.${i}.spend`, each.spend, false)
    if (each.starts && each.ends && each.ends <= each.starts) wrong[`rules.${i}.ends`] = 'ends'
  })
  form.tiers.forEach((each, i) => {
    name(`tiers.${i}.names`, each.names)
    const value = form.tierBy === 'spend' ? steps(each.threshold, exponent) : whole(each.threshold, 0, AMOUNT_MAX)
    if (value === null || value < 0) wrong[`tiers.${i}.threshold`] = 'number'
    if (whole(each.percent, 0, 1000) === null) wrong[`tiers.${i}.percent`] = 'number'
  })
  form.rewards.forEach((each, i) => {
    name(`rewards.${i}.names`, each.names)
    if (whole(each.points, 1, POINTS_MAX) === null) wrong[`rewards.${i}.points`] = 'number'
    if (each.kind === 'amount') amount(`rewards.${i}.amount`, each.amount, true)
    else if (!each.promotion.trim()) wrong[`rewards.${i}.promotion`] = 'name'
    days(`rewards.${i}.days`, each.days, 1, true)
  })
  return wrong
}

const bare = (texts: Texts): Texts => Object.fromEntries(Object.entries(texts).map(([language, text]) => [language, text.trim()] as const).filter(([, text]) => text !== ''))

/** What is sent; the form is known to be right. What the screen does not show is sent on as it came. */
export function terms(form: TermsText, before: Terms, market: Market): Terms {
  const exponent = market.exponent
  const minor = (text: string): number => steps(text, exponent) ?? 0
  return {
    ...before,
    names: bare(form.names),
    units: bare(form.units),
    earn: form.rules.map((each) => ({
      code: each.code, names: bare(each.names), earns: each.earns, points: Number(each.points), per_minor: each.earns === 'spend' ? minor(each.per) : 0, spend_min: minor(each.spend),
      channels: each.channels, categories: each.categories, starts_at: beginOf(each.starts), ends_before: beginOf(each.ends),
    })),
    tiers: form.tiers.map((each) => ({
      code: each.code, names: bare(each.names), threshold: form.tierBy === 'spend' ? minor(each.threshold) : Number(each.threshold), earn_percent: Number(each.percent),
      benefits: each.benefits.map(bare).filter((one) => Object.keys(one).length > 0),
    })),
    rewards: form.rewards.map((each) => ({
      code: each.code, names: bare(each.names), kind: each.kind, points: Number(each.points), amount: each.kind === 'amount' ? minor(each.amount) : 0,
      currency: each.kind === 'amount' ? market.currency : '', valid_days: each.days.trim() ? Number(each.days) : null, tier: each.tier,
      promotion: each.kind === 'amount' ? '' : each.promotion.trim(), variant_id: each.kind === 'item' ? each.variant || null : null,
    })),
    tier_by: form.tierBy,
    tier_days: Number(form.tierDays),
    valid_days: form.validDays.trim() ? Number(form.validDays) : null,
    notice_days: Number(form.noticeDays),
    give_back_days: Number(form.giveBackDays),
    confirmed: form.confirmed,
    confirm_days: Number(form.confirmDays),
    overdrawn: form.overdrawn,
    burn: { ...before.burn, channels: form.burnChannels, points_min: Number(form.pointsMin), share_percent_max: Number(form.shareMax), categories_excluded: form.excluded },
    earns_on_points: form.earnsOnPoints,
    joins_by_buying: form.joins,
  }
}

/** A programme to begin with: a point for each euro, rouble or pound. */
export function beginning(): Terms {
  return {
    names: {},
    units: {},
    earn: [{ code: 'base', names: {}, earns: 'spend', points: 1, per_minor: 100, spend_min: 0, channels: [], categories: [] }],
  }
}
