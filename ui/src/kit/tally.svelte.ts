import { uuid } from '../platform/keys'
import { asProblem } from '../platform/problem'
import { session } from '../platform/session.svelte'

/** So many steps of one variant: whole, and damaged. */
export type Tallied = { whole: number; damaged: number }
type Counts = Record<string, Tallied>
type Step = { id: string; before: Tallied | undefined }
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
  last = $state.raw<{ id: string; turn: number } | null>(null)
  #steps: Step[] = []
  #turn = 0
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

  add(id: string, steps: number, damaged: boolean): void {
    const now = this.counts[id] ?? { whole: 0, damaged: 0 }
    this.set(id, damaged ? { ...now, damaged: now.damaged + steps } : { ...now, whole: now.whole + steps })
  }

  /** Undefined forgets the variant. */
  set(id: string, tallied: Tallied | undefined): void {
    this.#steps = [...this.#steps.slice(1 - STEPS_MAX), { id, before: this.counts[id] }]
    this.#put(id, tallied)
  }

  /** Takes back the last step; the variant it was about, if there was one. */
  undo(): string | null {
    const step = this.#steps.pop()
    if (!step) return null
    this.#put(step.id, step.before)
    return step.id
  }

  clear(): void {
    this.#steps = []
    this.undoable = 0
    this.counts = {}
    this.last = null
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

  #put(id: string, tallied: Tallied | undefined): void {
    const { [id]: _, ...others } = this.counts
    this.counts = tallied ? { ...others, [id]: tallied } : others
    this.undoable = this.#steps.length
    this.last = { id, turn: ++this.#turn }
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
