import { uuid } from './keys'

/** What happened, as the stream tells it: enough to know what to fetch again, never enough to build state from. */
export type Fact = {
  id: string
  type: string
  topics: string[]
  subject?: string
  /** Of the subject, once this was true; null where facts of this type do not say. */
  version?: number | null
  occurred_at?: string
  recorded_at?: string
  actor?: unknown
  channel?: unknown
}
export type LiveState = 'idle' | 'connecting' | 'live' | 'offline'

type Listener = { topics: ReadonlySet<string>; hear: (fact: Fact | null) => void }
type Message =
  | { kind: 'want'; tab: string; topics: string[] }
  | { kind: 'gone'; tab: string }
  | { kind: 'who' }
  | { kind: 'fact'; fact: Fact }
  | { kind: 'ready'; topics: string[] }
  | { kind: 'state'; state: LiveState }

const REOPEN_MS = [250, 500, 1000, 2000, 5000]

/**
 * One stream of facts per face and browser.
 *
 * Browsers allow six HTTP/1.1 connections per host, so the seventh open tab would hang: the tabs of a face elect a
 * leader by a Web Lock, it opens the stream for the topics of all of them, and passes facts on by BroadcastChannel.
 * When it closes, the next in line takes over and everybody fetches again. Without locks (plain HTTP), each tab has a
 * stream of its own.
 */
export class Live {
  readonly #tab = uuid()
  readonly #listeners = new Set<Listener>()
  readonly #watchers = new Set<(state: LiveState) => void>()
  readonly #wantedByOthers = new Map<string, string[]>()
  readonly #name: string
  readonly #url: string
  #bus: BroadcastChannel | null = null
  #source: EventSource | null = null
  #opened: string[] = []
  #leads = false
  #started = false
  #failures = 0
  #updating = false
  state: LiveState = 'idle'

  constructor(channel: string) {
    this.#name = `portico-live-${channel}`
    this.#url = `/v1/live?channel=${encodeURIComponent(channel)}&topics=`
  }

  /** Calls `hear` for each fact on one of `topics`, and with null when everything should be fetched again. */
  subscribe(topics: Iterable<string>, hear: Listener['hear']): () => void {
    const listener = { topics: new Set(topics), hear }
    this.#listeners.add(listener)
    this.#start()
    this.#wantsChanged()
    // What the stream carries already brings no "ready" of its own; something may have happened since it was fetched.
    if (this.state === 'live' && this.#leads && [...listener.topics].some((topic) => this.#opened.includes(topic))) hear(null)
    return () => {
      this.#listeners.delete(listener)
      this.#wantsChanged()
    }
  }

  watch(tell: (state: LiveState) => void): () => void {
    this.#watchers.add(tell)
    tell(this.state)
    return () => this.#watchers.delete(tell)
  }

  /** Opens the stream anew: the reader signed in or out, so other topics may be heard. */
  reconnect(): void {
    if (this.#leads) this.#open(true)
  }

  #start(): void {
    if (this.#started) return
    this.#started = true
    addEventListener('online', () => this.reconnect())
    addEventListener('offline', () => this.#enter('offline'))
    if (!('locks' in navigator) || !('BroadcastChannel' in globalThis)) {
      this.#lead()
      return
    }
    this.#bus = new BroadcastChannel(this.#name)
    this.#bus.onmessage = (event: MessageEvent<Message>) => this.#onMessage(event.data)
    addEventListener('pagehide', () => this.#say({ kind: 'gone', tab: this.#tab }))
    // Held for as long as the page lives; the browser hands it to another tab when this one goes.
    void navigator.locks.request(this.#name, () => {
      this.#lead()
      return new Promise<never>(() => {})
    })
  }

  #lead(): void {
    this.#leads = true
    this.#say({ kind: 'who' })
    this.#open(true)
  }

  #onMessage(message: Message): void {
    switch (message.kind) {
      case 'who':
        return this.#say({ kind: 'want', tab: this.#tab, topics: this.#own() })
      case 'want':
        if (this.#leads) this.#welcome(message.topics, this.#wantedByOthers.get(message.tab) ?? [])
        this.#wantedByOthers.set(message.tab, message.topics)
        if (this.#leads) this.#update()
        return
      case 'gone':
        this.#wantedByOthers.delete(message.tab)
        return
      case 'fact':
        return this.#hear(message.fact)
      case 'ready':
        return this.#ready(message.topics)
      case 'state':
        return this.#enter(message.state)
    }
  }

  /** Tells a tab how the stream is doing, and to fetch what it newly wants and the stream carries already. */
  #welcome(wanted: string[], before: string[]): void {
    this.#say({ kind: 'state', state: this.state })
    const carried = wanted.filter((topic) => this.#opened.includes(topic) && !before.includes(topic))
    if (carried.length > 0 && this.state === 'live') this.#say({ kind: 'ready', topics: carried })
  }

  #wantsChanged(): void {
    // Screens drop and take topics in one go when they change; look at the outcome once.
    if (this.#updating) return
    this.#updating = true
    queueMicrotask(() => {
      this.#updating = false
      if (this.#leads) this.#update()
      else this.#say({ kind: 'want', tab: this.#tab, topics: this.#own() })
    })
  }

  #own(): string[] {
    return [...new Set([...this.#listeners].flatMap((listener) => [...listener.topics]))]
  }

  #all(): string[] {
    return [...new Set([...this.#own(), ...[...this.#wantedByOthers.values()].flat()])].sort()
  }

  /** Opens the stream anew only if somebody wants a topic that it does not carry; unwanted ones do no harm. */
  #update(): void {
    const carried = new Set(this.#opened)
    if (this.#all().some((topic) => !carried.has(topic))) this.#open(false)
  }

  #open(everything: boolean): void {
    const topics = this.#all()
    if (topics.length === 0 && !this.#source) return
    const before = new Set(everything ? [] : this.#opened)
    const fresh = topics.filter((topic) => !before.has(topic))
    const previous = this.#source
    const source = new EventSource(this.#url + topics.map(encodeURIComponent).join(','), { withCredentials: true })
    this.#source = source
    this.#opened = topics
    if (!previous) this.#enter('connecting')
    // The old stream goes on until the new one is subscribed, so that no fact falls between the two.
    let first = true
    source.addEventListener('ready', () => {
      if (first) previous?.close()
      if (this.#source !== source) return
      this.#failures = 0
      this.#enter('live')
      this.#say({ kind: 'state', state: 'live' })
      const missed = first ? fresh : topics
      first = false
      this.#ready(missed)
      this.#say({ kind: 'ready', topics: missed })
    })
    source.addEventListener('fact', (event: MessageEvent<string>) => {
      const fact = JSON.parse(event.data) as Fact
      this.#hear(fact)
      this.#say({ kind: 'fact', fact })
    })
    source.onerror = () => {
      if (this.#source !== source) return source.close()
      previous?.close()
      this.#enter('offline')
      this.#say({ kind: 'state', state: 'offline' })
      // The browser tries again by itself after a broken connection, but not after an answer that is no stream.
      if (source.readyState !== EventSource.CLOSED) return
      const pause = REOPEN_MS[Math.min(this.#failures, REOPEN_MS.length - 1)]
      this.#failures += 1
      setTimeout(() => this.#source === source && this.#open(true), pause)
    }
  }

  #hear(fact: Fact): void {
    for (const listener of this.#listeners) {
      if (fact.topics.some((topic) => listener.topics.has(topic))) listener.hear(fact)
    }
  }

  #ready(topics: string[]): void {
    const fresh = new Set(topics)
    for (const listener of this.#listeners) {
      if ([...listener.topics].some((topic) => fresh.has(topic))) listener.hear(null)
    }
  }

  #enter(state: LiveState): void {
    if (state === this.state) return
    this.state = state
    for (const tell of this.#watchers) tell(state)
  }

  #say(message: Message): void {
    this.#bus?.postMessage(message)
  }
}

/**
 * Runs `work` now, and once more after it if it was asked for meanwhile: a burst of facts costs at most two fetches.
 * No timer is involved, so the first fact of a burst is on the screen as fast as the server answers.
 */
export function coalesced(work: () => Promise<unknown>): () => void {
  let running = false
  let again = false
  return function ask(): void {
    if (running) {
      again = true
      return
    }
    running = true
    void work().finally(() => {
      running = false
      if (again) {
        again = false
        ask()
      }
    })
  }
}
