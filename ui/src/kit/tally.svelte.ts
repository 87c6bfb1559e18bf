import { uuid } from '../platform/keys'
import { asProblem } from '../platform/problem'
import { session } from '../platform/session.svelte'

/** So many steps of one variant: whole, and damaged. */
export type Tallied = { whole: number; damaged: number }
type Counts = Record<string, Tallied>
/** What one press or scan changed, as it was before. */
type Step = Record<string, Tallied | undefined>
/** What was sent and not answered yet: it keeps its key until it is. `unsure`: it may have been booked all the same. */
export type Sending = { key: string; counts: Counts; close: boolean; unsure: boolean }

const STEPS_MAX = 200
/** Answers given before the server looks at the key: they say nothing of an earlier attempt. */
const AT_THE_DOOR = [401, 403, 429]

/**
 * What has gone past the scanner and is not booked yet, kept on this device over reloads and lost connections.
 *
 * Sending takes the counts out; where no answer comes they wait, with their key, to be sent again just so, so that nothing
 * is booked twice, and whatever is scanned meanwhile is counted apart. A refusal puts them back. A tally is one person's:
 * keys hold for whoever used them, and sent by somebody else the same counts would be booked again.
 */
export class Tally {
  counts = $state.raw<Counts>({})
  sending = $state.raw<Sending | null>(null)
  busy = $state(false)
  #steps: Step[] = []
  undoable = $state(0)
  readonly #name: string

  constructor(subject: string) {
    this.#name = `portico.tally.${subject}.${session.me?.staff?.id ?? ''}`
    try {
      const kept = JSON.parse(localStorage.getItem(this.#name) ?? 'null') as { counts: Counts; sending: Sending | null } | null
      this.counts = kept?.counts ?? {}
      // Whatever was under way when the page went: nobody knows what became of it.
      this.sending = kept?.sending ? { ...kept.sending, unsure: true } : null
    } catch {
      // What cannot be read is no tally.
    }
  }

  of(id: string): Tallied | undefined {
    return this.counts[id]
  }

  get isEmpty(): boolean {
    return Object.keys(this.counts).length === 0
  }

  /** Undefined forgets the variant. */
  set(id: string, tallied: Tallied | undefined): void {
    this.setAll({ [id]: tallied })
  }

  /** Several at once, and one undo takes all of them back. */
  setAll(changes: Record<string, Tallied | undefined>): void {
    if (Object.keys(changes).length === 0) return
    const before = Object.fromEntries(Object.keys(changes).map((id) => [id, this.counts[id]]))
    this.#steps = [...this.#steps.slice(1 - STEPS_MAX), before]
    this.#put(changes)
  }

  /** Takes back the last step; the last of what it was about, if there was one. */
  undo(): string | null {
    const step = this.#steps.pop()
    if (!step) return null
    this.#put(step)
    return Object.keys(step).at(-1) ?? null
  }

  clear(): void {
    this.#steps = []
    this.undoable = 0
    this.counts = {}
    this.#keep()
  }

  /** Books what was tallied by `work`, or what still waits for its answer. Throws the `Problem`; after a refusal the counts are back. */
  async send<T>(work: (sending: Sending) => Promise<T>, close = false): Promise<T> {
    if (this.sending === null) {
      this.sending = { key: uuid(), counts: this.counts, close, unsure: false }
      this.clear()
    }
    const { sending } = this
    this.busy = true
    try {
      const done = await work(sending)
      this.sending = null
      return done
    } catch (error) {
      const problem = asProblem(error)
      const unanswered = problem.status === 0 || problem.status >= 500
      if (unanswered || (sending.unsure && AT_THE_DOOR.includes(problem.status))) {
        this.sending = { ...sending, unsure: true }
      } else {
        this.sending = null
        this.counts = merged(sending.counts, this.counts)
      }
      throw problem
    } finally {
      this.busy = false
      this.#keep()
    }
  }

  #put(changes: Record<string, Tallied | undefined>): void {
    const counts = { ...this.counts }
    for (const [id, tallied] of Object.entries(changes)) {
      // Taken out first, so that what was touched last stands last.
      delete counts[id]
      if (tallied) counts[id] = tallied
    }
    this.counts = counts
    this.undoable = this.#steps.length
    this.#keep()
  }

  #keep(): void {
    if (this.isEmpty && this.sending === null) localStorage.removeItem(this.#name)
    else localStorage.setItem(this.#name, JSON.stringify({ counts: this.counts, sending: this.sending }))
  }
}

function merged(one: Counts, other: Counts): Counts {
  const sum = { ...one }
  for (const [id, { whole, damaged }] of Object.entries(other)) {
    sum[id] = { whole: whole + (sum[id]?.whole ?? 0), damaged: damaged + (sum[id]?.damaged ?? 0) }
  }
  return sum
}
