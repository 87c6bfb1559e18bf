import type { ProblemBody } from './types'

/** A refusal with a stable `code`, and in `detail` a sentence for the reader in her language. */
export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly detail: string
  readonly errors: { field: string; message: string }[]
  /** The data a refusal carries besides, such as `missing` of `inventory.out_of_stock`. */
  readonly data: Readonly<Record<string, unknown>>

  constructor(status: number, body: ProblemBody) {
    const { code, detail, title, errors, type: _type, status: _status, ...data } = body
    super(detail ?? title ?? code ?? String(status))
    this.name = 'Problem'
    this.status = status
    this.code = code ?? `http.${status}`
    this.detail = detail ?? title ?? ''
    this.errors = errors ?? []
    this.data = data
  }

  /** No answer came: whether a write took effect is unknown until it is asked again with the same key. */
  get isOffline(): boolean {
    return this.code === 'network.offline'
  }

  get isSignedOut(): boolean {
    return this.status === 401
  }
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  // Anything else is a mistake of ours: keep it visible in the console, and show a plain sentence.
  console.error(error)
  return new Problem(0, { code: 'ui.unexpected', detail: '' })
}
