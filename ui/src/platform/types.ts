/**
 * What the server says and hears, written as `openapi-typescript` writes it: `paths` for the client, values by name.
 *
 * Amounts are integers in minor units of `currency`, with its `exponent`; quantities are integers in steps of
 * 10^-`scale`; times are RFC 3339 in UTC.
 */

export type Channel = { id?: string; code: string; kind: string; name: string }
export type Actor = { kind: string; name: string }

export type CustomerBrief = {
  id: string
  number: string
  name: string
  given_name: string
  family_name: string
  phone: string | null
  email: string | null
  loyalty_number: string | null
}
export type Customer = CustomerBrief & {
  language: string
  created_at: string
  current_cart_id: string | null
  order_count: number
  spent: { currency: string; exponent: number; amount: number }[]
  orders: OrderBrief[]
}

export type Address = {
  street_address: string
  address_locality: string
  postal_code: string
  address_country: string
}
export type Location = {
  id: string
  code: string
  name: string
  kind: 'store' | 'warehouse'
  address: Address
  latitude: number
  longitude: number
  time_zone: string
  is_open: boolean
  opens_next: string | null
  hours: { weekday: number; opens: string; closes: string }[]
  market_code: string
  distance_m: number | null
  capabilities: string[]
}
export type TillBrief = { id: string; code: string; name: string; location_id: string; location_name: string }
export type Till = { id: string; code: string; name: string; location: Location; currency: string; exponent: number }
export type Staff = { id: string; number: string; name: string; roles: string[]; location_ids: string[] }
export type Me = {
  kind: 'anonymous' | 'guest' | 'customer' | 'staff' | 'client'
  language: string
  permissions: string[]
  customer: CustomerBrief | null
  staff: Staff | null
  till: Till | null
  channel: Channel
}
export type Market = {
  code: string
  name: string
  currency: string
  exponent: number
  country: string
  language: string
  taxes_included: boolean
}
export type Brand = {
  name: string
  slug: string
  accent: string
  radius_px: number
  font: string
  logo_svg: string
  tagline: string
}

export type ItemBrief = {
  id: string
  slug: string
  title: string
  category: { slug: string; title: string } | null
  image_url: string | null
  image_alt: string | null
  price_from: number | null
  price_to: number | null
  currency: string
  exponent: number
  variant_count: number
  available: number
}
export type Variant = {
  id: string
  item_id: string
  item_slug: string
  public_id: string
  sku: string
  title: string
  item_title: string
  options: Record<string, string>
  image_url: string | null
  image_alt: string | null
  barcodes: string[]
  unit: string
  scale: number
  price: number | null
  currency: string
  exponent: number
  available: number
}
export type Item = ItemBrief & {
  description: string
  attributes: { name: string; value: string }[]
  media: { url: string; alt: string }[]
  options: { name: string; values: string[] }[]
  variants: Variant[]
}
export type Availability = { variant_id: string; location_id: string; available: number; on_hand: number | null }
export type StockRow = {
  variant: Variant
  total_on_hand: number
  total_reserved: number
  total_available: number
  locations: { location_id: string; location_code: string; on_hand: number; reserved: number; available: number }[]
}
export type AdjustmentReason = 'received' | 'found' | 'damaged' | 'lost' | 'correction'
export type Movement = {
  id: string
  variant_id: string
  from_location_id: string | null
  from_state: string
  to_location_id: string | null
  to_state: string
  quantity: number
  reason: string
  reference: string
  actor: string
  channel_id: string | null
  occurred_at: string
}

export type TotalType = 'subtotal' | 'items_discount' | 'discount' | 'fulfillment' | 'tax' | 'fee' | 'total'
export type Total = { type: TotalType; amount: number; label: string }
export type TaxLine = { jurisdiction: string; rate_ppm: number; amount: number }
export type CartLine = {
  id: string
  variant: Variant
  quantity: number
  unit: string
  scale: number
  unit_price: number
  net: number
  tax: number
  gross: number
  available: number
  added_by: Actor
  added_via: Channel
  parent_id: string | null
}
export type Change = {
  id: string
  kind: 'created' | 'added' | 'quantity' | 'swapped' | 'removed' | 'owner' | 'merged' | 'handed_over'
  line_id: string | null
  title: string | null
  from_quantity: number | null
  to_quantity: number | null
  channel: Channel
  actor: Actor
  at: string
}
export type Cart = {
  id: string
  version: number
  market_code: string
  currency: string
  exponent: number
  taxes_included: boolean
  customer: CustomerBrief | null
  lines: CartLine[]
  totals: Total[]
  tax_lines: TaxLine[]
  line_count: number
  quantity_count: number
  updated_at: string
  last_change: Change | null
  open_checkout_id: string | null
}
export type Baton = { code: string; url: string; qr_svg: string; expires_at: string }

export type Method = 'carry_out' | 'collect'
export type Buyer = {
  given_name?: string | null
  family_name?: string | null
  email?: string | null
  phone?: string | null
}
export type FulfillmentChoice = { line_id: string; quantity?: number; method: Method; location_id: string }
export type PaymentChoice = { handler: 'cash'; term: 'now' | 'on_collection' }
export type Checkout = {
  id: string
  state: 'incomplete' | 'requires_escalation' | 'ready_for_complete' | 'complete_in_progress' | 'completed' | 'canceled'
  version: number
  cart_id: string
  buyer: Buyer | null
  fulfillment: {
    line_id: string
    variant_id: string
    title: string
    quantity: number
    method: Method
    location_id: string
    location_name: string
  }[]
  payment: PaymentChoice | null
  lines: CartLine[]
  totals: Total[]
  tax_lines: TaxLine[]
  currency: string
  exponent: number
  messages: { type: 'error' | 'warning' | 'info'; code: string; severity: string; target: string | null; text: string }[]
  expires_at: string
  continue_url: string | null
  order_id: string | null
  due_now: number
}

export type OrderState = 'open' | 'partly_fulfilled' | 'fulfilled' | 'canceled' | 'returned'
export type OrderBrief = {
  id: string
  label: string
  placed_at: string
  state: OrderState
  channel: Channel
  customer: CustomerBrief | null
  customer_name: string | null
  currency: string
  exponent: number
  total: number
  due: number
  quantity_count: number
  collect_location_ids: string[]
}
export type OrderLine = {
  id: string
  variant_id: string
  public_id: string
  sku: string
  title: string
  image_url: string | null
  unit: string
  scale: number
  unit_price: number
  net: number
  tax: number
  gross: number
  ordered: number
  canceled: number
  fulfilled: number
  returned: number
  exchanged: number
  fulfillment: { method: Method; location_id: string; location_name: string; quantity: number; fulfilled: number }[]
}
export type Payment = {
  id: string
  handler: string
  amount: number
  tendered: number | null
  change: number | null
  currency: string
  occurred_at: string
  till_code: string | null
  actor: Actor | string | null
}
export type Order = OrderBrief & {
  version: number
  permalink_url: string
  taxes_included: boolean
  placed_by: Actor | string | null
  location_id: string | null
  lines: OrderLine[]
  totals: Total[]
  tax_lines: TaxLine[]
  expectations: {
    id: string
    method: Method
    location: Location | null
    earliest: string | null
    latest: string | null
    lines: { line_id: string; quantity: number }[]
  }[]
  fulfillment_events: {
    id: string
    type: string
    line_id: string
    quantity: number
    location_name: string
    actor: Actor | string | null
    channel: Channel | string | null
    occurred_at: string
  }[]
  payments: Payment[]
  adjustments: unknown[]
  receipt_url: string | null
}

export type ProblemBody = {
  type?: string
  title?: string
  status?: number
  detail?: string
  code?: string
  errors?: { field: string; message: string }[]
  [key: string]: unknown
}

type Page<T> = { items: T[]; next_cursor: string | null }
type Failure = { content: { 'application/problem+json': ProblemBody } }
type Answer<Status extends number, Body> = { [status in Status]: { content: { 'application/json': Body } } } & {
  default: Failure
}
type Read<Body, Query = undefined, Path = undefined> = {
  parameters: (Query extends undefined ? { query?: never } : { query?: Query }) &
    (Path extends undefined ? { path?: never } : { path: Path })
  responses: Answer<200, Body>
}
type Write<Body, Result, Path = undefined> = {
  parameters: Path extends undefined ? { path?: never } : { path: Path }
  responses: Answer<200 | 201 | 202, Result>
} & (Body extends undefined ? { requestBody?: never } : { requestBody: { content: { 'application/json': Body } } })
type Id = { id: string }
type Paged = { cursor?: string; limit?: number }

export type paths = {
  '/v1/me': { get: Read<Me> }
  '/v1/me/language': { post: Write<{ language: string }, undefined> }
  '/v1/auth/staff/password': { post: Write<{ email: string; password: string }, Me> }
  '/v1/auth/staff/pin': { post: Write<{ till_code: string; staff_number: string; pin: string }, Me> }
  '/v1/auth/logout': { post: Write<undefined, undefined> }
  '/v1/locations': { get: Read<{ items: Location[] }, { near?: string; kind?: string; market?: string; limit?: number }> }
  '/v1/tills': { get: Read<{ items: TillBrief[] }> }
  '/v1/tills/{code}/staff': { get: Read<{ items: { number: string; name: string }[] }, undefined, { code: string }> }
  '/v1/markets': { get: Read<{ items: Market[] }> }
  '/v1/brand': { get: Read<Brand> }
  '/v1/items': {
    get: Read<
      Page<ItemBrief> & { total: number | null },
      Paged & { q?: string; category?: string; market?: string; location?: string }
    >
  }
  '/v1/categories': {
    get: Read<{ items: { slug: string; title: string; item_count: number; image_url: string | null }[] }>
  }
  '/v1/items/{slug}': { get: Read<Item, { market?: string }, { slug: string }> }
  '/v1/variants/lookup': { get: Read<Variant, { code: string; market?: string }> }
  '/v1/availability': {
    get: Read<{ items: Availability[]; as_of: string }, { variants: string; locations?: string; market?: string }>
  }
  '/v1/stock': { get: Read<Page<StockRow>, Paged & { q?: string; location?: string }> }
  '/v1/stock/adjustments': {
    post: Write<
      { variant_id: string; location_id: string; quantity: number; reason: AdjustmentReason; note: string },
      { on_hand: number; reserved: number; available: number }
    >
  }
  '/v1/stock/movements': { get: Read<Page<Movement>, Paged & { variant: string; location?: string }> }
  '/v1/customers': {
    get: Read<{ items: CustomerBrief[] }, { phone?: string; q?: string }>
    post: Write<
      { given_name: string; family_name: string; phone: string | null; email: string | null; language: string },
      Customer
    >
  }
  '/v1/customers/{id}': { get: Read<Customer, undefined, Id> }
  '/v1/carts': { post: Write<{ market_code?: string; customer_id?: string }, Cart> }
  '/v1/carts/{id}': { get: Read<Cart, undefined, Id> }
  '/v1/carts/current': { get: Read<Cart> }
  '/v1/carts/{id}/lines': { post: Write<{ variant_id: string; quantity: number }, Cart, Id> }
  '/v1/carts/{id}/lines/{line_id}': {
    patch: Write<{ quantity?: number; variant_id?: string }, Cart, Id & { line_id: string }>
    delete: Write<undefined, Cart, Id & { line_id: string }>
  }
  '/v1/carts/{id}/customer': { put: Write<{ customer_id: string | null }, Cart, Id> }
  '/v1/carts/{id}/changes': { get: Read<{ items: Change[] }, undefined, Id> }
  '/v1/carts/{id}/batons': { post: Write<undefined, Baton, Id> }
  '/v1/batons/claim': { post: Write<{ code?: string; token?: string }, Cart> }
  '/v1/checkouts': { post: Write<{ cart_id: string }, Checkout> }
  '/v1/checkouts/{id}': {
    get: Read<Checkout, undefined, Id>
    patch: Write<{ buyer?: Buyer; fulfillment?: FulfillmentChoice[]; payment?: PaymentChoice }, Checkout, Id>
  }
  '/v1/checkouts/{id}/complete': { post: Write<{ cash?: { tendered: number }; expected_total?: number }, Order, Id> }
  '/v1/checkouts/{id}/cancel': { post: Write<undefined, Checkout, Id> }
  '/v1/orders': {
    get: Read<
      Page<OrderBrief>,
      Paged & { q?: string; customer?: string; state?: string; location?: string; collect_at?: string }
    >
  }
  '/v1/orders/{id}': { get: Read<Order, undefined, Id> }
  '/v1/orders/{id}/payments': { post: Write<{ handler: 'cash'; tendered: number }, Order, Id> }
  '/v1/orders/{id}/handovers': {
    post: Write<{ location_id: string; lines?: { line_id: string; quantity: number }[] }, Order, Id>
  }
}
