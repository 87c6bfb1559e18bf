/* A basket as promotions see it, rules, and what they make of it. Times are moments in ISO 8601. */

export interface Scope {
  variants: string[]
  items: string[]
  categories: string[]
  except_variants: string[]
  except_items: string[]
  except_categories: string[]
}

export type Simple = { kind: 'percent'; ppm: number } | { kind: 'amount'; amount: number } | { kind: 'fixed_price'; amount: number }

export type Benefit =
  | Simple
  | { kind: 'tiers'; by: 'quantity' | 'amount'; tiers: { at_least: number; benefit: Simple }[] }
  | { kind: 'buy_get'; buy: number; get: number; ppm: number; of: Scope | null; takes: 'cheapest' | 'dearest' }
  | { kind: 'bundle'; parts: { scope: Scope; quantity: number }[]; amount: number }
  | { kind: 'gift'; variant_id: string; quantity: number }
  | { kind: 'order_percent'; ppm: number }
  | { kind: 'order_amount'; amount: number }
  | { kind: 'carriage'; ppm: number; amount: number | null; methods: string[] }

export interface Rule {
  code: string
  benefit: Benefit
  scope: Scope
  conditions: {
    channels: string[]
    locations: string[]
    segments: string[]
    companies: string[]
    starts_at: string | null
    ends_before: string | null
    windows: { starts: number; ends_before: number }[]
  }
  minimum: { amount: number; quantity: number; scope: Scope | null } | null
  caps: {
    uses: number | null
    uses_per_customer: number | null
    budget: number | null
    sets_per_basket: number | null
    discount_per_basket: number | null
  }
  stacking: 'best' | 'adds' | 'alone'
  group: string
  priority: number
  needs_code: boolean
}

export interface Goods {
  variant_id: string
  item_id: string
  categories: string[]
  quantity: number
  scale: number
  unit_price: number
  amount: number
}

export interface Left {
  uses: number | null
  uses_of_customer: number | null
  budget: number | null
}

export interface Basket {
  goods: Goods[]
  asking: {
    at: string
    minute_of_week: number
    channel: string
    channel_kind: string
    location: string
    segments: string[]
    company: string
  }
  known: boolean
  unlocked: string[]
  left: Record<string, Left>
  carriage: number
  methods: string[]
}

export interface Taken {
  code: string
  line: number
  quantity: number
  amount: number
  level: 'item' | 'order'
  spread: 'each' | 'across'
}

export interface Declined {
  code: string
  why: string
  missing: number
}

export interface Outcome {
  taken: Taken[]
  carriage_off: number
  carriage_code: string
  offered: { code: string; variant_id: string; quantity: number; title: string }[]
  declined: Declined[]
  exact: boolean
}
