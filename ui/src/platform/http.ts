import { Problem } from './problem'
import { WriteKeys } from './keys'
import type { ProblemBody } from './types'

export type Context = { channel: string; language: () => string; onSignedOut?: () => void }

const context: Context = { channel: 'web', language: () => document.documentElement.lang || 'en' }
const keys = new WriteKeys()
const RETRY_AFTER_MS = [250, 1000]
const UNSAFE = /^(POST|PUT|PATCH|DELETE)$/

/** Says once, at start, which door this face is and which language its reader has. */
export function configure(settings: Context): void {
  Object.assign(context, settings)
}

export function channel(): string {
  return context.channel
}

/**
 * `fetch` as every face uses it: names the channel and language, keys every write, and repeats what got no answer.
 *
 * A repeated write carries the same key, so it takes effect once. Throws `Problem` with code `network.offline` when
 * there was no answer at all, and for every answer that is not a success.
 */
export async function send(input: Request): Promise<Response> {
  const unsafe = UNSAFE.test(input.method)
  const body = unsafe ? await input.clone().text() : ''
  const asked = `${input.method} ${input.url}\n${body}`
  const headers = new Headers(input.headers)
  headers.set('Portico-Channel', context.channel)
  headers.set('Accept-Language', context.language())
  if (!headers.has('Accept')) headers.set('Accept', 'application/json')
  // A write that is kept over a reload brings its own key, kept with it.
  const keyed = headers.has('Idempotency-Key')
  if (unsafe && !keyed) headers.set('Idempotency-Key', keys.take(asked))

  for (let attempt = 0; ; attempt += 1) {
    const pause = RETRY_AFTER_MS[attempt]
    let response: Response
    try {
      response = await fetch(new Request(input.clone(), { headers, credentials: 'same-origin', cache: 'no-store' }))
    } catch (error) {
      if (input.signal.aborted) throw error
      if (pause === undefined || !navigator.onLine) throw new Problem(0, { code: 'network.offline' })
      await sleep(pause)
      continue
    }
    if (response.status === 503 && pause !== undefined) {
      await sleep(Math.min(Number(response.headers.get('Retry-After') ?? 0) * 1000 || pause, 2000))
      continue
    }
    // Server errors are not remembered by the server either: the same key may be used again.
    if (unsafe && !keyed && response.status < 500) keys.settle(asked)
    if (response.ok) return response
    const problem = new Problem(response.status, await problemBody(response))
    if (problem.isSignedOut) context.onSignedOut?.()
    throw problem
  }
}

async function problemBody(response: Response): Promise<ProblemBody> {
  try {
    return (await response.json()) as ProblemBody
  } catch {
    return { title: response.statusText }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
