import { coalesced } from '../platform/live'
import { Problem } from '../platform/problem'
import type { Cart } from '../platform/types'
import { tellsNothingNew } from '../platform/versions'
import { announce, announceProblem, call, market, say, stream } from './context'
import { Region } from './region'

const CHANGED = 'portico:basket'

/** This browser's basket in the page's market, if there is one. */
const current = (): Promise<Cart | undefined> => call<Cart>('GET', `/v1/carts/current?${new URLSearchParams({ market: market() })}`)

type Counted = Pick<Cart, 'id' | 'version' | 'quantity_count'>

/** Tells the page's other parts about a basket as it has just become known. */
function spread(cart: Counted): void {
  document.dispatchEvent(new CustomEvent<Counted>(CHANGED, { detail: cart }))
}

/**
 * `<portico-basket-count cart="cart_…">` around the server's own number (`<span data-count>2</span>`).
 *
 * Follows the basket, whichever door changes it; without a `cart` it waits until this page fills one. Where the basket
 * itself is on the page, that one fetches, and this one is told.
 */
export class BasketCount extends HTMLElement {
  #stop: (() => void) | undefined
  #version = -1
  readonly #refresh = coalesced(async () => {
    try {
      const cart = await current()
      if (cart) this.#show(cart)
      else this.#write(0)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
  })
  readonly #onBasket = (event: Event): void => {
    const { detail } = event as CustomEvent<Counted>
    if (detail.id !== this.getAttribute('cart')) this.#follow(detail.id)
    this.#show(detail)
  }

  connectedCallback(): void {
    document.addEventListener(CHANGED, this.#onBasket)
    const cart = this.getAttribute('cart')
    if (cart) this.#follow(cart)
  }

  disconnectedCallback(): void {
    document.removeEventListener(CHANGED, this.#onBasket)
    this.#stop?.()
  }

  #follow(id: string): void {
    this.#stop?.()
    this.#version = -1
    this.setAttribute('cart', id)
    if (document.querySelector(`portico-live-basket[cart="${CSS.escape(id)}"]`)) return
    this.#stop = stream.subscribe([id], (fact) => {
      if (!fact || !tellsNothingNew(fact, { id, version: this.#version })) this.#refresh()
    })
  }

  #show(cart: Counted): void {
    if (cart.id === this.getAttribute('cart') && cart.version < this.#version) return
    this.#version = cart.version
    this.#write(cart.quantity_count)
  }

  #write(count: number): void {
    const number = this.querySelector<HTMLElement>('[data-count]') ?? this
    if (number.textContent?.trim() === String(count)) return
    number.textContent = String(count)
    this.toggleAttribute('data-empty', count === 0)
    this.classList.remove('bump')
    void this.offsetWidth
    this.classList.add('bump')
    void say('shop.basket_count', { count }).then((text) => this.closest('a')?.setAttribute('aria-label', text))
  }
}

/**
 * `<portico-live-basket cart="cart_…">` around the basket as the server drew it: a region that also follows the number of
 * things in the page's head. Forms inside are sent without leaving the page; without this element they work as they are.
 */
export class LiveBasket extends Region {
  #own = false

  constructor() {
    super()
    this.topicAttribute = 'cart'
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.addEventListener('submit', (event) => void this.#submit(event))
    this.addEventListener('change', (event) => {
      const field = event.target
      if (field instanceof HTMLInputElement && field.name === 'quantity') field.form?.requestSubmit()
    })
  }

  protected override onSwapped(): void {
    const id = this.getAttribute('cart')
    const count = this.querySelector<HTMLElement>('[data-count]')?.dataset['count']
    if (id && count !== undefined) spread({ id, version: this.version, quantity_count: Number(count) })
  }

  protected override get keepsTyped(): boolean {
    return !this.#own
  }

  protected override async onChanged(): Promise<void> {
    if (!this.#own) announce(await say('shop.basket_changed'))
  }

  async #submit(event: SubmitEvent): Promise<void> {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || form.method !== 'post' || form.dataset['enhance'] === 'off') return
    event.preventDefault()
    this.#own = true
    const before = this.version
    try {
      const response = await fetch(form.action, {
        method: 'POST',
        body: new URLSearchParams(new FormData(form, event.submitter) as unknown as Record<string, string>),
        headers: { Accept: 'text/html' },
        redirect: 'manual', // to the whole page; its region is enough
      })
      if (response.type !== 'opaqueredirect') throw new Problem(response.status, {})
      // Unless the fact was here before the answer.
      if (this.version === before) await this.swap()
    } catch {
      // Let the browser do it the plain way: the server's own page explains a refusal better than a toast.
      form.dataset['enhance'] = 'off'
      form.requestSubmit(event.submitter)
    } finally {
      this.#own = false
    }
  }
}

async function currentCart(): Promise<Cart> {
  const cart = (await current()) ?? (await call<Cart>('POST', '/v1/carts', { market_code: market() }))
  if (!cart) throw new Problem(0, { code: 'ui.no_cart' })
  return cart
}

/**
 * `<form data-enhance="add">` with fields `variant_id` and `quantity`: puts the item into the basket and stays on the
 * page. Where that is not possible the form is sent as it is.
 */
export function enhanceAddForms(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || form.dataset['enhance'] !== 'add') return
    const data = new FormData(form, event.submitter)
    const variant_id = data.get('variant_id')
    const quantity = steps(String(data.get('quantity') ?? 1), Number(form.dataset['scale'] ?? 0))
    if (typeof variant_id !== 'string' || quantity === null) return // the server's page says what is wrong
    event.preventDefault()
    void add(form, variant_id, quantity)
  })
}

/** "2", "0.5" or "0,5" in steps of 10^-scale; null for anything else. */
function steps(text: string, scale: number): number | null {
  if (!/^\d{1,10}([.,]\d{1,6})?$/.test(text.trim())) return null
  const exact = Number(text.trim().replace(',', '.')) * 10 ** scale
  const whole = Math.round(exact)
  return whole > 0 && Math.abs(exact - whole) < 1e-6 ? whole : null
}

async function add(form: HTMLFormElement, variant_id: string, quantity: number): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>('button:not([type=button])')
  if (button?.ariaBusy === 'true') return
  if (button) button.ariaBusy = 'true'
  try {
    const { id } = await currentCart()
    const cart = await call<Cart>('POST', `/v1/carts/${encodeURIComponent(id)}/lines`, { variant_id, quantity })
    if (cart) spread(cart)
    const href = form.dataset['basket'] ?? '/basket'
    announce(await say('shop.added'), { link: { href, text: form.dataset['basketText'] ?? '→' } })
  } catch (error) {
    if (error instanceof Problem && [401, 403, 422].includes(error.status)) {
      form.dataset['enhance'] = 'off'
      form.requestSubmit()
    } else {
      await announceProblem(error)
    }
  } finally {
    if (button) button.ariaBusy = null
  }
}
