import { announce } from './context'
import { keepNear } from './stock'

/** `<portico-whereabouts>` around the postal code: a hidden `<button data-here>` sorts stores by where the browser is. */
export class Whereabouts extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector<HTMLButtonElement>('[data-here]')
    if (!button || !('geolocation' in navigator) || !window.isSecureContext) return
    button.hidden = false
    button.addEventListener('click', () => {
      button.ariaBusy = 'true'
      const done = (): void => {
        button.ariaBusy = null
      }
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        keepNear(coords)
        const look = this.querySelector<HTMLButtonElement>('[formaction]')
        button.form?.requestSubmit(look)
      }, done)
    })
  }
}

/**
 * `<portico-kept-until data-until="2026-12-01T14:35:00+00:00" data-ended="…">` around the server's own sentence: once the
 * moment is past it says so, to eyes and to screen readers, and leaves what was typed alone.
 */
export class KeptUntil extends HTMLElement {
  #timer = 0

  connectedCallback(): void {
    const until = Date.parse(this.dataset['until'] ?? '')
    if (Number.isNaN(until)) return
    // A timer sleeps with the device: what is past when it wakes is told then.
    this.#timer = window.setInterval(() => {
      if (Date.now() >= until) this.#end()
    }, 1000)
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer)
  }

  #end(): void {
    clearInterval(this.#timer)
    const ended = this.dataset['ended'] ?? ''
    const text = this.querySelector('span')
    if (text) text.textContent = ended
    this.classList.add('warn')
    announce(ended, { tone: 'bad' })
  }
}
