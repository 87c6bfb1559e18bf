import { attempt, toast } from '../kit/toasts.svelte'
import { api, http } from '../platform/api'
import { t } from '../platform/i18n.svelte'
import { placed } from '../platform/placed'
import { resource } from '../platform/resource.svelte'
import type { Cart, Checkout, Claimed, Company, CustomerBrief, FulfillmentChoice, Location, Order, Till, Variant } from '../platform/types'

type Instrument = { handler: string; amount?: number; tendered?: number; credential?: string; last4?: string }

const STORED = 'portico.pos.cart'

/** How much of a line is collected elsewhere; the rest is taken along now. */
export type Collect = { location_id: string; location_name: string; quantity: number }

/** The sale at this till: one basket, what is collected elsewhere, and how it becomes an order. */
export class Sale {
  readonly #till: Till
  cartId = $state<string | null>(sessionStorage.getItem(STORED))
  collects = $state<Record<string, Collect>>({})
  order = $state.raw<Order | null>(null)
  change = $state(0)
  /** A code on her phone that was scanned for this sale: it pays once. */
  claimed = $state.raw<Claimed | null>(null)
  readonly cart

  constructor(till: Till) {
    this.#till = till
    this.cart = resource<Cart>({
      key: () => this.cartId,
      load: (signal) => api(http.GET('/v1/carts/{cart_id}', { params: { path: { cart_id: this.cartId! } }, signal })),
      topics: () => [this.cartId, 'prices'],
      keep: true,
    })
    $effect(() => {
      // A basket kept from before that the server no longer gives us is not a sale any more.
      if (this.cart.problem && [403, 404, 410].includes(this.cart.problem.status)) this.clear()
    })
  }

  get lines(): Cart['lines'] {
    return this.cart.value?.lines ?? []
  }

  collectOf(lineId: string, quantity: number): Collect | null {
    const collect = this.collects[lineId]
    return collect ? { ...collect, quantity: Math.min(collect.quantity, quantity) } : null
  }

  show(cart: Cart): void {
    if (this.cartId !== cart.id) {
      this.cartId = cart.id
      this.collects = {}
      sessionStorage.setItem(STORED, cart.id)
    }
    this.cart.accept(cart)
  }

  clear(): void {
    sessionStorage.removeItem(STORED)
    this.cartId = null
    this.collects = {}
    this.claimed = null
    this.order = null
    this.change = 0
  }

  async add(variant: Variant, quantity = 10 ** variant.scale): Promise<void> {
    await attempt(async () => {
      const id = await this.#ensureCart()
      this.show(
        await api(http.POST('/v1/carts/{cart_id}/lines', { params: { path: { cart_id: id } }, body: { variant_id: variant.id, quantity } })),
      )
    })
  }

  async setQuantity(line_id: string, quantity: number): Promise<void> {
    const id = this.cartId
    if (!id) return
    await attempt(async () =>
      this.cart.accept(
        await api(http.PATCH('/v1/carts/{cart_id}/lines/{line_id}', { params: { path: { cart_id: id, line_id } }, body: { quantity } })),
      ),
    )
  }

  async remove(line_id: string): Promise<void> {
    const id = this.cartId
    if (!id) return
    await attempt(async () =>
      this.cart.accept(await api(http.DELETE('/v1/carts/{cart_id}/lines/{line_id}', { params: { path: { cart_id: id, line_id } } }))),
    )
  }

  /** Her phone says who she is, and may pay. */
  async showWallet(claimed: Claimed): Promise<void> {
    await this.setCustomer(claimed.customer)
    this.claimed = claimed
    toast(t('pos.wallet_scanned', { name: claimed.customer.name }), 'good')
  }

  /** Who stands here; `company`: for which she has come to buy. */
  async setCustomer(customer: CustomerBrief | null, company: Company | null = null): Promise<void> {
    this.claimed = null
    await attempt(async () => {
      const id = await this.#ensureCart()
      const body = { customer_id: customer?.id ?? null }
      const cart = await api(http.PUT('/v1/carts/{cart_id}/customer', { params: { path: { cart_id: id } }, body }))
      this.show(cart)
      if (!company || cart.company?.id === company.id) return
      // Hers, where she has one already, took in the lines: it is the one that goes on.
      const bought = { company_id: company.id, po_number: '' }
      this.show(await api(http.PUT('/v1/carts/{cart_id}/company', { params: { path: { cart_id: cart.id } }, body: bought })))
    })
  }

  /** Goes on with a basket begun elsewhere; what was already rung up here goes into it. */
  async bring(cart: Cart): Promise<void> {
    const rungUp = this.cartId === cart.id ? [] : this.lines
    this.show(cart)
    toast(t('pos.basket_here', { name: cart.customer?.name ?? t('pos.guest') }), 'good')
    for (const line of rungUp) await this.add(line.variant, line.quantity)
  }

  collect(lineId: string, place: Location | null, quantity: number): void {
    const { [lineId]: _dropped, ...others } = this.collects
    this.collects = place ? { ...others, [lineId]: { location_id: place.id, location_name: place.name, quantity } } : others
  }

  /** Opens (or finds) the basket's checkout with everything the till knows: who, where from, cash now. */
  async prepare(): Promise<Checkout> {
    const cart = this.cart.value
    if (!cart) throw new Error('there is no basket to check out')
    const checkout = await api(http.POST('/v1/checkouts', { body: { cart_id: cart.id } }))
    const customer = cart.customer
    return api(
      http.PATCH('/v1/checkouts/{checkout_id}', {
        params: { path: { checkout_id: checkout.id } },
        body: {
          fulfillment: this.#choices(cart),
          payment: { handler: 'cash', term: 'now' },
          ...(customer && {
            buyer: {
              given_name: customer.given_name,
              family_name: customer.family_name,
              email: customer.email ?? '',
              phone: customer.phone ?? '',
            },
          }),
        },
      }),
    )
  }

  async complete(checkout: Checkout, instruments: Instrument[]): Promise<Order> {
    const done = await api(
      http.POST('/v1/checkouts/{checkout_id}/complete', {
        params: { path: { checkout_id: checkout.id } },
        // What the customer was told; if it is another by now, the server refuses instead of charging it.
        body: { instruments, expected_total: checkout.totals.find((each) => each.type === 'total')?.amount },
      }),
    )
    const order = placed(done)
    this.change = order.payments.reduce((sum, each) => sum + each.change, 0)
    this.order = order
    sessionStorage.removeItem(STORED)
    return order
  }

  #choices(cart: Cart): FulfillmentChoice[] {
    return cart.lines.flatMap((line) => {
      const collect = this.collectOf(line.id, line.quantity)
      const taken = line.quantity - (collect?.quantity ?? 0)
      const choices: FulfillmentChoice[] = []
      if (taken > 0) {
        choices.push({ line_id: line.id, quantity: taken, method: 'carry_out', location_id: this.#till.location.id })
      }
      if (collect) {
        choices.push({ line_id: line.id, quantity: collect.quantity, method: 'collect', location_id: collect.location_id })
      }
      return choices
    })
  }

  #opening: Promise<string> | null = null

  /** Two quick scans on an empty till must open one basket, not two. */
  async #ensureCart(): Promise<string> {
    if (this.cartId) return this.cartId
    this.#opening ??= (async () => {
      try {
        const cart = await api(http.POST('/v1/carts', { body: { market_code: this.#till.location.market_code } }))
        this.show(cart)
        return cart.id
      } finally {
        this.#opening = null
      }
    })()
    return this.#opening
  }
}
