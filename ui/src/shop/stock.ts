import { coalesced } from '../platform/live'
import { Problem } from '../platform/problem'
import type { Availability, Location } from '../platform/types'
import { call, say, stream } from './context'

const FEW = 3

/**
 * `<portico-live-stock variant="var_…">` around the server's list of stores.
 *
 * Each `[data-location="loc_…"]` inside has one `[data-stock]` badge, which follows the stock at that place;
 * `[data-stock-total]` follows the sum over the listed places. What is sold by weight or length has `data-scale` and
 * `data-unit`: figures are in steps of 10^-scale units.
 */
export class LiveStock extends HTMLElement {
  static readonly observedAttributes = ['variant']
  #stop: (() => void) | undefined
  readonly #refresh = coalesced(() => this.#load())

  connectedCallback(): void {
    this.#follow()
  }

  disconnectedCallback(): void {
    this.#stop?.()
  }

  attributeChangedCallback(_name: string, before: string | null): void {
    if (this.isConnected && before !== null) this.#follow()
  }

  #follow(): void {
    this.#stop?.()
    const variant = this.getAttribute('variant')
    if (variant) this.#stop = stream.subscribe([variant], this.#refresh)
  }

  async #load(): Promise<void> {
    const variant = this.getAttribute('variant')
    const places = [...this.querySelectorAll<HTMLElement>('[data-location]')]
    const locations = places.map((place) => place.dataset['location']).join(',')
    let found: { items: Availability[] } | undefined
    try {
      found = await call('GET', `/v1/availability?${new URLSearchParams({ variants: variant ?? '', locations })}`)
    } catch (error) {
      if (error instanceof Problem) return
      throw error
    }
    if (!found || variant !== this.getAttribute('variant')) return
    const free = new Map(found.items.map((row) => [row.location_id, row.available]))
    for (const place of places) {
      const badge = place.querySelector<HTMLElement>('[data-stock]')
      if (badge) await paint(badge, free.get(place.dataset['location'] ?? '') ?? 0, this.dataset)
    }
    const total = this.querySelector<HTMLElement>('[data-stock-total]')
    if (total) await paint(total, [...free.values()].reduce((sum, each) => sum + Math.max(0, each), 0), this.dataset)
  }
}

/** Writes what is free into a badge: colour, a word with it, and a flash if it changed. */
async function paint(badge: HTMLElement, free: number, measure: DOMStringMap): Promise<void> {
  const name = badge.hasAttribute('data-stock') ? 'stock' : 'stockTotal'
  if (badge.dataset[name] === String(free)) return
  badge.dataset[name] = String(free)
  const step = 10 ** Number(measure['scale'] ?? 0)
  const level = free <= 0 ? 'none' : free <= FEW * step ? 'few' : 'some'
  const figure = new Intl.NumberFormat(document.documentElement.lang).format(free / step)
  badge.textContent = await say(`stock.${level}`, { quantity: `${figure} ${measure['unit'] ?? ''}`.trim() })
  badge.classList.remove('good', 'warn', 'bad', 'flash')
  void badge.offsetWidth
  badge.classList.add('badge', { none: 'bad', few: 'warn', some: 'good' }[level], 'flash')
}

const COOKIE = 'portico_store'
const COOKIE_NEAR = 'portico_near'
const YEAR_SECONDS = 31_536_000

/**
 * `<portico-store-picker>` around `<select name="location">` of stores and, if wanted, a hidden `<button data-near>`.
 *
 * The chosen store is kept in the cookie `portico_store`, so that the server puts it first; on the page at hand, its
 * `[data-location]` rows get the class `is-mine` and move to the top of their list.
 */
export class StorePicker extends HTMLElement {
  connectedCallback(): void {
    const select = this.querySelector('select')
    if (!select) return
    const stored = new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(document.cookie)?.[1]
    if (stored && [...select.options].some((option) => option.value === stored)) select.value = stored
    mark(select.value)
    select.addEventListener('change', () => this.#choose(select.value))
    // The plain button of the form is only for readers without this script.
    for (const button of this.querySelectorAll<HTMLElement>('[data-keep]')) button.hidden = true
    const near = this.querySelector<HTMLButtonElement>('[data-near]')
    if (!near || !('geolocation' in navigator)) return
    near.hidden = false
    near.addEventListener('click', () => {
      navigator.geolocation.getCurrentPosition(({ coords }) => void this.#nearest(select, coords))
    })
  }

  async #nearest(select: HTMLSelectElement, { latitude, longitude }: GeolocationCoordinates): Promise<void> {
    keepNear({ latitude, longitude })
    const query = new URLSearchParams({ near: `${latitude},${longitude}`, kind: 'store' })
    const found = await call<{ items: Location[] }>('GET', `/v1/locations?${query}`)
    const known = new Set([...select.options].map((option) => option.value))
    const nearest = found?.items.find((place) => known.has(place.id))
    if (!nearest) return
    select.value = nearest.id
    this.#choose(nearest.id)
  }

  #choose(id: string): void {
    keep(COOKIE, id)
    mark(id)
    this.dispatchEvent(new CustomEvent('portico:store', { bubbles: true, detail: id }))
  }
}

/** About a kilometre is near enough to sort stores by, and says no more of her than it must. */
export function keepNear({ latitude, longitude }: { latitude: number; longitude: number }): void {
  keep(COOKIE_NEAR, `${latitude.toFixed(2)}_${longitude.toFixed(2)}`)
}

function keep(name: string, value: string): void {
  document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax`
}

function mark(id: string): void {
  for (const row of document.querySelectorAll<HTMLElement>('[data-location]')) {
    const mine = id !== '' && row.dataset['location'] === id
    row.classList.toggle('is-mine', mine)
    if (mine) row.parentElement?.prepend(row)
  }
}
