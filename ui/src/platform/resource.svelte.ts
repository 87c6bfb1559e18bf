import { untrack } from 'svelte'
import { channel } from './http'
import { coalesced, Live, type Fact, type LiveState } from './live'
import { asProblem, type Problem } from './problem'
import { supersedes, tellsNothingNew } from './versions'

let shared: Live | undefined
export function stream(): Live {
  return (shared ??= new Live(channel()))
}

let connection = $state<LiveState>('idle')
let watching = false
/** How the stream of facts is doing; reading it starts watching. */
export function liveState(): LiveState {
  if (!watching) {
    watching = true
    stream().watch((state) => queueMicrotask(() => (connection = state)))
  }
  return connection
}

/** Calls `refetch` for every fact on the topics, and when facts may have been missed. For use while a component starts. */
export function live(topics: () => (string | null | undefined)[], refetch: (fact: Fact | null) => void): void {
  // Compared as text: a new array with the same topics must not open the stream anew.
  const wanted = $derived([...new Set(topics().filter((topic): topic is string => !!topic))].sort().join(','))
  $effect(() => {
    // What a refetch reads must not become a reason to subscribe anew.
    if (wanted) return untrack(() => stream().subscribe(wanted.split(','), refetch))
  })
}

export type Source<T> = {
  /** What is shown; a new key loads anew. Null: nothing is wanted yet. */
  key: () => string | null
  load: (signal: AbortSignal) => Promise<T>
  /** Topics whose facts mean "load again". */
  topics?: (value: T | undefined) => (string | null | undefined)[]
  /** Which facts of the topics matter; without it all do. */
  matters?: (fact: Fact, value: T | undefined) => boolean
  /** Keep showing the previous value while another key loads: for lists that are being filtered. */
  keep?: boolean
}

/** A value of the server on the screen: loaded, kept current by facts, never replaced by an older version. */
export class Resource<T> {
  value = $state.raw<T | undefined>(undefined)
  problem = $state.raw<Problem | null>(null)
  loading = $state(false)
  readonly #source: Source<T>
  #asked = 0
  #shown = 0
  #abort = new AbortController()
  readonly #again: () => void

  constructor(source: Source<T>) {
    this.#source = source
    this.#again = coalesced(() => this.load())
    const key = $derived(source.key())
    $effect(() => {
      const wanted = key
      untrack(() => this.#begin(wanted))
    })
    if (source.topics) live(() => (source.key() === null ? [] : source.topics!(this.value)), this.#hear)
  }

  get state(): 'loading' | 'ready' | 'error' | 'offline' {
    if (this.value !== undefined) return 'ready'
    if (this.problem) return this.problem.isOffline ? 'offline' : 'error'
    return 'loading'
  }

  /** Fetches again, as after a fact. Bursts are coalesced. */
  refresh = (): void => this.#again()

  /** Shows an answer that a write has just returned, unless something newer is on the screen. */
  accept = (value: T): void => {
    if (!supersedes(value, this.value)) return
    this.#shown = ++this.#asked
    this.value = value
    this.problem = null
  }

  readonly #hear = (fact: Fact | null): void => {
    if (fact && (tellsNothingNew(fact, this.value) || this.#source.matters?.(fact, this.value) === false)) return
    this.#again()
  }

  #begin(key: string | null): void {
    this.#abort.abort()
    this.#abort = new AbortController()
    this.problem = null
    if (key === null || !this.#source.keep) this.value = undefined
    // Answers still under way belong to the previous key.
    this.#shown = ++this.#asked
    if (key !== null) void this.load()
  }

  async load(): Promise<void> {
    if (this.#source.key() === null) return
    const turn = ++this.#asked
    const { signal } = this.#abort
    this.loading = true
    try {
      const value = await this.#source.load(signal)
      if (turn < this.#shown || signal.aborted) return
      this.#shown = turn
      if (supersedes(value, this.value)) this.value = value
      this.problem = null
    } catch (error) {
      if (!signal.aborted && turn >= this.#shown) this.problem = asProblem(error)
    } finally {
      if (turn === this.#asked) this.loading = false
    }
  }
}

export function resource<T>(source: Source<T>): Resource<T> {
  return new Resource(source)
}
