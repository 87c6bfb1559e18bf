/** A random version 4 UUID, also where `crypto.randomUUID` is missing: plain HTTP on a shop's own network. */
export function uuid(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/**
 * The idempotency key of each write whose outcome is unknown, by what was asked.
 *
 * When no answer comes the server may or may not have done the work. Asking for the same thing again must carry the
 * same key, or a sale is placed twice; a definite answer, yes or no, ends the attempt and the next one has a new key.
 */
export class WriteKeys {
  readonly #unanswered = new Map<string, string>()

  take(asked: string): string {
    const key = this.#unanswered.get(asked) ?? uuid()
    this.#unanswered.set(asked, key)
    return key
  }

  settle(asked: string): void {
    this.#unanswered.delete(asked)
  }
}
