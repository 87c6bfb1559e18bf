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
  readonly #refresh = coalesced(() => this.swap())

  connectedCallback(): void {
    const topic = this.getAttribute(this.topicAttribute)
    if (!topic) return
    this.#stop = stream.subscribe([topic], (fact) => {
      if (!fact || !tellsNothingNew(fact, { id: topic, version: this.version })) this.#refresh()
    })
  }

  disconnectedCallback(): void {
    this.#stop?.()
  }

  /** Of what is drawn. */
  protected get version(): number {
    return versionOf(this)
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
    const next = new DOMParser().parseFromString(await response.text(), 'text/html').body
    if (versionOf(next) < this.version) return
    const before = signatures(this)
    const focus = this.#focused()
    this.replaceChildren(...next.childNodes)
    if (focus) this.querySelector<HTMLElement>(focus)?.focus()
    const now = signatures(this)
    const changed = [...now].filter(([line, signature]) => before.get(line) !== signature)
    const lost = [...before.keys()].some((line) => !now.has(line))
    for (const [line] of changed) this.querySelector(`[data-line="${CSS.escape(line)}"]`)?.classList.add('flash')
    this.onSwapped()
    if (changed.length > 0 || lost) await this.onChanged()
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
