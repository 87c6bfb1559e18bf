const NEXT_MS = 45_000 // a code is good for a minute, and a till needs a moment to read it

type Shown = { qr_svg: string }

/** `<portico-wallet-code>` around the code for the till: it draws the next one before this one is over, while it is looked at. */
export class WalletCode extends HTMLElement {
  #timer = 0
  readonly #seen = (): void => {
    if (document.visibilityState === 'visible') void this.#next()
  }

  connectedCallback(): void {
    const button = this.querySelector<HTMLElement>('form')
    if (button) button.hidden = true
    this.#timer = window.setInterval(this.#seen, NEXT_MS)
    document.addEventListener('visibilitychange', this.#seen)
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer)
    document.removeEventListener('visibilitychange', this.#seen)
  }

  async #next(): Promise<void> {
    const place = this.querySelector('[data-qr]')
    try {
      const response = await fetch('/v1/wallet-codes', { method: 'POST', headers: { Accept: 'application/json' } })
      if (!response.ok) throw new Error(String(response.status))
      const shown = (await response.json()) as Shown
      const drawn = new DOMParser().parseFromString(shown.qr_svg, 'text/html').body.firstElementChild
      if (place && drawn) place.replaceChildren(drawn)
    } catch {
      // Without a network the number below says who she is; the button asks once more.
      place?.replaceChildren()
      const form = this.querySelector<HTMLElement>('form')
      if (form) form.hidden = false
    }
  }
}
