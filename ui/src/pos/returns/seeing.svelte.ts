import { asProblem, type Problem } from '../../platform/problem'
import type { ReturnMade } from '../../platform/types'

const SETTLE_MS = 250

type Asked = {
  /** Have it judged, or done where it is no preview. */
  ask: (preview: boolean) => Promise<ReturnMade>
  /** Whatever a new look follows from. */
  watch: () => unknown
  /** Whether there is anything to look at. */
  some: () => boolean
}

/** A return at the till: what it would come to is seen a moment after each change, and only what was seen is done. */
export class Seeing {
  seen = $state.raw<ReturnMade | null>(null)
  done = $state.raw<ReturnMade | null>(null)
  problem = $state.raw<Problem | null>(null)
  busy = $state(false)
  readonly #asked: Asked
  #turn = 0

  constructor(asked: Asked) {
    this.#asked = asked
    $effect(() => {
      asked.watch()
      if (!asked.some() || this.done) {
        this.seen = this.problem = null
        return
      }
      const mine = ++this.#turn
      const soon = setTimeout(() => void this.#look(mine), SETTLE_MS)
      return () => clearTimeout(soon)
    })
  }

  async #look(turn: number): Promise<void> {
    let found: ReturnMade | null = null
    let problem: Problem | null = null
    try {
      found = await this.#asked.ask(true)
    } catch (failure) {
      problem = asProblem(failure)
    }
    if (turn === this.#turn) [this.seen, this.problem] = [found, problem]
  }

  /** Do what was seen, once. */
  async take(): Promise<void> {
    if (this.busy || !this.seen) return
    this.busy = true
    try {
      this.done = await this.#asked.ask(false)
    } catch (failure) {
      this.problem = asProblem(failure)
      this.seen = null
    } finally {
      this.busy = false
    }
  }

  /** As it was at first. */
  forget(): void {
    this.done = this.seen = this.problem = null
  }
}
