import { coalesced } from '../platform/live'
import { Problem } from '../platform/problem'
import type { Cart } from '../platform/types'
import { announce, announceProblem, call, say, stream } from './context'

const CHANGED = 'portico:basket'

/** Tells the page's other parts about a basket that a write has just returned. */
function spread(cart: Cart): void {
  document.dispatchEvent(new CustomEvent<Cart>(CHANGED, { detail: cart }))
}

/**
 * `<portico-basket-count cart="cart_…">` around the server's own number (`<span data-count>2</span>`).
 *
 * Follows the basket, whichever door changes it; without a `cart` it waits until this page fills one.
 */
export class BasketCount extends HTMLElement {
  #stop: (() => void) | undefined
  #version = -1
  readonly #refresh = coalesced(async () => {
    try {
      const cart = await call<Cart>('GET', '/v1/carts/current')
      if (cart) this.#show(cart)
      else this.#write(0)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
  })
  readonly #onBasket = (event: Event): void => {
    const { detail } = event as CustomEvent<Cart>
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
    this.#stop = stream.subscribe([id], this.#refresh)
  }

  #show(cart: Cart): void {
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
 * `<portico-live-basket cart="cart_…">` around the basket as the server drew it.
 *
 * On each fact it fetches the same region (`/basket?fragment=1`, or what `src` says) and swaps it in: the server's
 * template stays the only one. Lines (`[data-line]`) whose `data-signature` changed flash. Forms inside are sent without
 * leaving the page; without this element they work as they are.
 */
export class LiveBasket extends HTMLElement {
  #stop: (() => void) | undefined
  #own = false
  readonly #refresh = coalesced(() => this.#swap())

  connectedCallback(): void {
    const cart = this.getAttribute('cart')
    if (cart) this.#stop = stream.subscribe([cart], this.#refresh)
    this.addEventListener('submit', (event) => void this.#submit(event))
    this.addEventListener('change', (event) => {
      const field = event.target
      if (field instanceof HTMLInputElement && field.name === 'quantity') field.form?.requestSubmit()
    })
  }

  disconnectedCallback(): void {
    this.#stop?.()
  }

  async #submit(event: SubmitEvent): Promise<void> {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || form.method !== 'post' || form.dataset['enhance'] === 'off') return
    event.preventDefault()
    this.#own = true
    try {
      const response = await fetch(form.action, {
        method: 'POST',
        body: new URLSearchParams(new FormData(form, event.submitter) as unknown as Record<string, string>),
        headers: { Accept: 'text/html' },
      })
      if (!response.ok) throw new Problem(response.status, {})
      await this.#swap()
      const cart = await call<Cart>('GET', '/v1/carts/current')
      if (cart) spread(cart)
    } catch {
      // Let the browser do it the plain way: the server's own page explains a refusal better than a toast.
      form.dataset['enhance'] = 'off'
      form.requestSubmit(event.submitter)
    } finally {
      this.#own = false
    }
  }

  async #swap(): Promise<void> {
    const response = await fetch(this.getAttribute('src') ?? '/basket?fragment=1', {
      headers: { Accept: 'text/html' },
      cache: 'no-store',
    })
    if (!response.ok) return
    const next = new DOMParser().parseFromString(await response.text(), 'text/html').body
    const version = (root: ParentNode): number => Number(root.querySelector<HTMLElement>('[data-version]')?.dataset['version'] ?? 0)
    if (version(next) < version(this)) return
    const before = signatures(this)
    const focus = this.#focused()
    this.replaceChildren(...next.childNodes)
    if (focus) this.querySelector<HTMLElement>(focus)?.focus()
    const changed = [...signatures(this)].filter(([line, signature]) => before.get(line) !== signature)
    const lost = [...before.keys()].some((line) => !signatures(this).has(line))
    for (const [line] of changed) this.querySelector(`[data-line="${CSS.escape(line)}"]`)?.classList.add('flash')
    if ((changed.length > 0 || lost) && !this.#own) announce(await say('shop.basket_changed'))
  }

  /** Where the focus is, in words that still hold after the swap. */
  #focused(): string | null {
    const active = document.activeElement
    if (!(active instanceof HTMLElement) || !this.contains(active)) return null
    if (active.id) return `#${CSS.escape(active.id)}`
    const line = active.closest<HTMLElement>('[data-line]')?.dataset['line']
    const name = active.getAttribute('name')
    const scope = line ? `[data-line="${CSS.escape(line)}"] ` : ''
    if (!name) return null
    const value = active instanceof HTMLButtonElement && active.value ? `[value="${CSS.escape(active.value)}"]` : ''
    return `${scope}[name="${CSS.escape(name)}"]${value}`
  }
}

function signatures(root: ParentNode): Map<string, string> {
  return new Map(
    [...root.querySelectorAll<HTMLElement>('[data-line]')].map((line) => [
      line.dataset['line'] ?? '',
      line.dataset['signature'] ?? line.textContent?.replace(/\s+/g, ' ').trim() ?? '',
    ]),
  )
}

async function currentCart(): Promise<Cart> {
  const cart = (await call<Cart>('GET', '/v1/carts/current')) ?? (await call<Cart>('POST', '/v1/carts', {}))
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
    if (typeof variant_id !== 'string') return
    event.preventDefault()
    void add(form, variant_id, Number(data.get('quantity') ?? 1) || 1)
  })
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
    if (error instanceof Problem && (error.status === 401 || error.status === 403)) {
      form.dataset['enhance'] = 'off'
      form.requestSubmit()
    } else {
      await announceProblem(error)
    }
  } finally {
    if (button) button.ariaBusy = null
  }
}
