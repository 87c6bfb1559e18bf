/** As much of the provider's own script as is used here (https://docs.stripe.com/js). */
interface CardElement {
  mount(at: HTMLElement): void
  on(event: 'change', heard: (change?: { empty?: boolean; error?: { message?: string } }) => void): void
}
interface Failure {
  message?: string
}
interface Provider {
  elements(options?: object): { create(kind: 'card', options?: object): CardElement }
  createPaymentMethod(from: { type: 'card'; card: CardElement }): Promise<{ paymentMethod?: { id: string }; error?: Failure }>
  confirmCardPayment(secret: string): Promise<{ error?: Failure }>
}
declare global {
  interface Window {
    Stripe?: (key: string, options?: object) => Provider
  }
}

/** Have the provider's script run; undefined where it does not, for whatever reason. */
async function provider(data: DOMStringMap): Promise<Provider | undefined> {
  const { script, key, language } = data
  if (!script || !key) return undefined
  if (!window.Stripe) {
    await new Promise<void>((done) => {
      const tag = document.createElement('script')
      tag.src = script
      tag.addEventListener('load', () => done())
      tag.addEventListener('error', () => done())
      document.head.append(tag)
    })
  }
  try {
    return window.Stripe?.(key, { locale: language ?? 'auto' })
  } catch {
    return undefined
  }
}

/** A color as a provider's frame understands it, whatever it was written as. */
function plain(color: string): string {
  const pen = document.createElement('canvas').getContext('2d')
  if (!pen) return '#222222'
  pen.fillStyle = color
  pen.fillRect(0, 0, 1, 1)
  const [r = 0, g = 0, b = 0] = pen.getImageData(0, 0, 1, 1).data
  return `#${[r, g, b].map((one) => one.toString(16).padStart(2, '0')).join('')}`
}

/**
 * `<portico-card>` in a form: shows the provider's fields for a card once they are there, and gives the form a token for it before
 * it is sent. The server has drawn what is to be said where this does not run. A radio `pay=card` in it chooses it among other ways.
 */
export class Card extends HTMLElement {
  #card: CardElement | undefined
  #provider: Provider | undefined
  #typed = false
  #token = false

  connectedCallback(): void {
    void this.#begin()
  }

  async #begin(): Promise<void> {
    this.#provider = await provider(this.dataset)
    const mount = this.querySelector<HTMLElement>('[data-mount]')
    const form = this.closest('form')
    if (!this.#provider || !mount || !form || !this.isConnected) return
    const look = getComputedStyle(mount)
    const base = { color: plain(look.color), fontSize: '16px', fontFamily: look.fontFamily }
    this.#card = this.#provider.elements().create('card', { hidePostalCode: true, disableLink: true, style: { base } })
    this.#card.mount(mount)
    this.#card.on('change', (change) => {
      this.#typed = !change?.empty
      this.#say(change?.error?.message ?? '')
    })
    this.querySelector('[data-card-missing]')?.remove()
    for (const button of form.querySelectorAll<HTMLButtonElement>('[data-needs-card]')) button.disabled = false
    const choice = this.#choice()
    if (choice) {
      choice.disabled = false
      if ('chosen' in this.dataset) choice.checked = true
      this.addEventListener('change', () => this.#show())
    }
    this.#show()
    form.addEventListener('submit', (event) => this.#onSubmit(event, form))
    addEventListener('pageshow', () => {
      this.#token = false
    })
  }

  #choice(): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>('input[name=pay][value=card]')
  }

  #chosen(): boolean {
    return this.#choice()?.checked ?? true
  }

  #show(): void {
    const fields = this.querySelector<HTMLElement>('[data-card-fields]')
    if (fields) fields.hidden = !this.#chosen()
  }

  #say(words: string): void {
    const place = this.querySelector<HTMLElement>('[data-card-error]')
    if (!place) return
    const text = place.querySelector('span')
    if (text) text.textContent = words
    place.hidden = !words
  }

  /** Only the order itself needs a card: not another way, and not what a gift card pays by itself. */
  #onSubmit(event: SubmitEvent, form: HTMLFormElement): void {
    if (event.submitter?.hasAttribute('formaction') || !this.#chosen() || this.#token) return
    if (!this.#typed && paysOtherwise(form)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    void this.#take(form, event.submitter)
  }

  async #take(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    if (!this.#provider || !this.#card || form.ariaBusy) return
    form.ariaBusy = 'true'
    const failed = (words: string): void => {
      form.ariaBusy = null
      this.#say(words)
    }
    const none = this.dataset['none'] ?? ''
    if (!this.#typed) return failed(none)
    try {
      const { paymentMethod, error } = await this.#provider.createPaymentMethod({ type: 'card', card: this.#card })
      const token = this.querySelector<HTMLInputElement>('[data-card-token]')
      if (!paymentMethod || !token) return failed(error?.message ?? none)
      token.value = paymentMethod.id
    } catch {
      return failed(none)
    }
    form.ariaBusy = null
    this.#token = true
    form.requestSubmit(submitter instanceof HTMLButtonElement ? submitter : null)
  }
}

function paysOtherwise(form: HTMLFormElement): boolean {
  const given = new FormData(form)
  return Boolean(given.get('gift_code')) || given.get('use_credit') === '1'
}

/**
 * `<portico-card-proof data-secret>` in a form: has the provider's script prove to the bank who she is, then sends the form, whose
 * answer says what came of it. By itself once; after that by its button, so that a bank that never answers is not asked for ever.
 */
export class CardProof extends HTMLElement {
  connectedCallback(): void {
    void this.#begin()
  }

  async #begin(): Promise<void> {
    const found = await provider(this.dataset)
    const button = this.querySelector<HTMLButtonElement>('[data-prove]')
    if (!found || !button || !this.isConnected) return
    this.querySelector('[data-card-missing]')?.remove()
    button.hidden = false
    const prove = async (): Promise<void> => {
      button.disabled = true
      try {
        await found.confirmCardPayment(this.dataset['secret'] ?? '')
      } finally {
        this.closest('form')?.requestSubmit()
      }
    }
    button.addEventListener('click', () => void prove())
    if (counted(`proof ${this.dataset['secret'] ?? ''}`) === 1) await prove()
  }
}

/** `<portico-ask-again>` in a form: sends it after a while, each time a little later. */
export class AskAgain extends HTMLElement {
  static readonly #secondsMax = 15
  #timer = 0

  connectedCallback(): void {
    const seconds = Math.min(2 ** counted(`asked ${location.href}`), AskAgain.#secondsMax)
    this.#timer = window.setTimeout(() => this.closest('form')?.requestSubmit(), seconds * 1000)
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer)
  }
}

/** How often this was done in this window, this time included. */
function counted(what: string): number {
  try {
    const count = Number(sessionStorage.getItem(what) ?? 0) + 1
    sessionStorage.setItem(what, String(count))
    return count
  } catch {
    return 2 // no storage: not by itself, and patiently
  }
}

/** A form with `data-once` is sent once, whatever is pressed twice meanwhile. */
export function sendOnce(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || !('once' in form.dataset) || event.defaultPrevented) return
    if (form.dataset['once'] === 'sent') {
      event.preventDefault()
      return
    }
    form.dataset['once'] = 'sent'
  })
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll<HTMLFormElement>('form[data-once]')) form.dataset['once'] = ''
  })
}
