import { coalesced } from '../platform/live'
import { tellsNothingNew } from '../platform/versions'
import { stream } from './context'

/**
 * `<portico-live-region topic="ord_…" src="/orders/…?fragment=1">` around a part of the page as the server drew it.
 *
 * On each fact it fetches the same region and swaps it in: the server's template stays the only one. Its root has
 * `data-version`, and an older one never replaces a newer. Parts (`[data-line]`) whose `data-signature` changed flash.
 * Without a topic it stays as it was drawn.
 */
export class Region extends HTMLElement {
  protected topicAttribute = 'topic'
  #stop: (() => void) | undefined
  #released: Promise<void> | undefined
  readonly #onPress = (): void => {
    this.#released = new Promise((done) => {
      const release = (): void => void setTimeout(done)
      addEventListener('pointerup', release, { once: true })
      addEventListener('pointercancel', release, { once: true })
    })
  }
  readonly #refresh = coalesced(() => this.swap())

  connectedCallback(): void {
    this.addEventListener('pointerdown', this.#onPress)
    const topic = this.getAttribute(this.topicAttribute)
    if (!topic) return
    this.#stop = stream.subscribe([topic], (fact) => {
      if (!fact || !tellsNothingNew(fact, { id: topic, version: this.version })) this.#refresh()
    })
  }

  disconnectedCallback(): void {
    this.removeEventListener('pointerdown', this.#onPress)
    this.#stop?.()
  }

  /** Of what is drawn. */
  protected get version(): number {
    return versionOf(this)
  }

  /** Whether what is being typed outlives a swap: not where it has just been sent. */
  protected get keepsTyped(): boolean {
    return true
  }

  /** Called after a swap that shows something else than before. */
  protected async onChanged(): Promise<void> {}

  /** Called after every swap. */
  protected onSwapped(): void {}

  protected async swap(): Promise<void> {
    const src = this.getAttribute('src')
    if (!src) return
    const response = await fetch(src, { headers: { Accept: 'text/html' }, cache: 'no-store' })
    if (!response.ok) return
    // Between a press and its release nothing moves: the click would be lost.
    await this.#released
    const next = new DOMParser().parseFromString(await response.text(), 'text/html').body
    if (versionOf(next) < this.version) return
    // What she was just told to be wrong stays, until there is something newer to be told.
    if (this.keepsTyped && versionOf(next) === this.version && this.querySelector('[aria-invalid=true]')) return
    const before = signatures(this)
    const focus = this.#focused()
    const typed = this.keepsTyped ? this.#typed() : null
    // An entry that she has opened, or a form that she has begun to fill, stays as it is, with what was said to it.
    for (const each of this.keepsTyped ? this.querySelectorAll<HTMLElement>('details[data-keep][open], form[data-keep]') : []) {
      if (each instanceof HTMLFormElement && !begun(each)) continue
      next.querySelector(`[data-keep="${CSS.escape(each.dataset['keep'] ?? '')}"]`)?.replaceWith(each)
    }
    this.replaceChildren(...next.childNodes)
    const active = focus ? this.querySelector<HTMLElement>(focus) : null
    active?.focus()
    if (active instanceof HTMLInputElement && typed !== null) active.value = typed
    const now = signatures(this)
    const changed = [...now].filter(([line, signature]) => before.get(line) !== signature)
    const lost = [...before.keys()].some((line) => !now.has(line))
    for (const [line] of changed) this.querySelector(`[data-line="${CSS.escape(line)}"]`)?.classList.add('flash')
    this.onSwapped()
    if (changed.length > 0 || lost) await this.onChanged()
  }

  /** What stands in the field with the focus and was not sent yet. */
  #typed(): string | null {
    const active = document.activeElement
    const field = active instanceof HTMLInputElement && this.contains(active) ? active : null
    return field && field.value !== field.defaultValue ? field.value : null
  }

  /** Where the focus is, in words that still hold after the swap. */
  #focused(): string | null {
    const active = document.activeElement
    if (!(active instanceof HTMLElement) || !this.contains(active)) return null
    if (active.id) return `#${CSS.escape(active.id)}`
    const line = active.closest<HTMLElement>('[data-line]')?.dataset['line']
    const scope = line ? `[data-line="${CSS.escape(line)}"] ` : ''
    const label = active.getAttribute('aria-label')
    return label ? `${scope}[aria-label="${CSS.escape(label)}"]` : null
  }
}

/** Whether something in it is another than what the page came with. */
function begun(form: HTMLFormElement): boolean {
  return [...form.elements].some((each) => {
    if (each instanceof HTMLInputElement) return each.value !== each.defaultValue
    if (!(each instanceof HTMLSelectElement)) return false
    const stood = [...each.options].findIndex((option) => option.defaultSelected)
    return each.selectedIndex !== Math.max(0, stood)
  })
}

function versionOf(root: ParentNode): number {
  return Number(root.querySelector<HTMLElement>('[data-version]')?.dataset['version'] ?? 0)
}

function signatures(root: ParentNode): Map<string, string> {
  return new Map(
    [...root.querySelectorAll<HTMLElement>('[data-line]')].map((line) => [
      line.dataset['line'] ?? '',
      line.dataset['signature'] ?? line.textContent?.replace(/\s+/g, ' ').trim() ?? '',
    ]),
  )
}
