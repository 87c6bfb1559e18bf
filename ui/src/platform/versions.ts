import type { Fact } from './live'

/** Compares ids and versions so that an answer that was overtaken never replaces a newer one. */
type Versioned = { id: string; version: number }

function isVersioned(value: unknown): value is Versioned {
  return typeof value === 'object' && value !== null && 'id' in value && 'version' in value
}

/** Whether `shown` is already what the fact tells of, or newer: a writer hears of her own change too. */
export function tellsNothingNew(fact: Fact, shown: unknown): boolean {
  return isVersioned(shown) && fact.subject === shown.id && typeof fact.version === 'number' && fact.version <= shown.version
}

/** Whether `next` may take the place of `current`: false only for an older version of the same thing. */
export function supersedes(next: unknown, current: unknown): boolean {
  if (!isVersioned(next) || !isVersioned(current) || next.id !== current.id) return true
  return next.version >= current.version
}
