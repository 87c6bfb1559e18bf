import { listenForScans } from '../../kit/scan'
import type { Answer } from '../../kit/shelf.svelte'
import { sound } from '../../kit/sound'
import { sentence } from '../../kit/toasts.svelte'
import { t } from '../../platform/i18n.svelte'
import { asProblem } from '../../platform/problem'
import { readCode, type Named } from '../../platform/stockroom'
import type { Variant } from '../../platform/types'

/** What became of the last scan. */
export type Said = Answer & { variant: Variant | null; turn: number }

type Source = {
  /** Variants the screen has at hand: found without asking the server. */
  known: () => Iterable<Variant>
  /** `named`: the lot or serial number that the code said. */
  take: (variant: Variant, quantity: number, named: Named | null) => Answer
  /** Whether scans are for this screen now: not while a dialog is open. */
  listening: () => boolean
}

/** A place to scan at: hears the scanner anywhere on the screen, one scan after the other, and says aloud what became of each. */
export class Station {
  said = $state.raw<Said | null>(null)
  readonly #source: Source
  #turn = 0
  #queue = Promise.resolve()

  constructor(source: Source) {
    this.#source = source
  }

  listen(): () => void {
    return listenForScans((code) => {
      if (this.#source.listening()) void this.scan(code)
    })
  }

  /** True once dealt with, whatever became of it. */
  async scan(code: string): Promise<boolean> {
    const mine = this.#queue.then(() => this.#take(code))
    this.#queue = mine
    await mine
    return true
  }

  pick(variant: Variant, quantity = 10 ** variant.scale, named: Named | null = null): void {
    this.say(this.#source.take(variant, quantity, named), variant)
  }

  say({ tone, words }: Answer, variant: Variant | null): void {
    sound(tone)
    this.said = { tone, words, variant, turn: ++this.#turn }
  }

  async #take(code: string): Promise<void> {
    try {
      const found = await readCode(code, this.#source.known())
      if (found) this.pick(found.variant, found.quantity, found.named)
      else this.say({ tone: 'bad', words: t('pos.unknown_code', { code }) }, null)
    } catch (error) {
      const problem = asProblem(error)
      this.say({ tone: 'bad', words: problem.isOffline ? t('scan.offline_unknown', { code }) : sentence(problem) }, null)
    }
  }
}
