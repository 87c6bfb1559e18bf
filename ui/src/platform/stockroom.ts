/** What the screens of the stockroom ask the server for, at the office and at the till. */
import { api, http } from './api'
import { Problem } from './problem'
import type { Fact } from './live'
import { resource } from './resource.svelte'
import { session } from './session.svelte'
import type { Location, OrderBrief, Variant } from './types'

const AT_ONCE = 100

/** Variants by id, for work that names only ids; those that are gone are missing. */
export async function variantsById(ids: string[], signal?: AbortSignal): Promise<Map<string, Variant>> {
  const wanted = [...new Set(ids)]
  const parts: string[][] = []
  for (let at = 0; at < wanted.length; at += AT_ONCE) parts.push(wanted.slice(at, at + AT_ONCE))
  const pages = await Promise.all(
    parts.map((part) => api(http.GET('/v1/variants', { params: { query: { ids: part.join(',') } }, signal: signal ?? null }))),
  )
  return new Map(pages.flatMap((page) => page.items).map((variant) => [variant.id, variant]))
}

export async function everyLocation(signal: AbortSignal): Promise<Location[]> {
  const { items } = await api(http.GET('/v1/locations', { params: { query: { limit: 500 } }, signal }))
  return [...items].sort((one, other) => one.name.localeCompare(other.name))
}

/** Of which lot units are, or with which serial number. A code may say only when they expire. */
export type Named = { lot: string; serial: string; expires_on: string | null }
export type Scanned = { variant: Variant; quantity: number; named: Named | null }

/**
 * What a scanned code names, and how many steps of it: first among what the screen already has, so that it works without
 * a connection, then at the server, which knows packs and GS1 symbols. Null for a code that nobody knows.
 */
export async function readCode(code: string, known: Iterable<Variant>): Promise<Scanned | null> {
  const text = code.trim()
  const digits = /^\d{8,14}$/.test(text) ? text.padStart(14, '0') : null
  for (const variant of known) {
    const named = variant.sku.toLowerCase() === text.toLowerCase() || variant.public_id === text
    if (named || (digits && variant.barcodes.some((each) => each.padStart(14, '0') === digits))) {
      return { variant, quantity: 10 ** variant.scale, named: null }
    }
  }
  try {
    const { variant, quantity, lot, serial, expires_on } = await api(http.GET('/v1/scans', { params: { query: { code: text } } }))
    // The bare code of something that is weighed says no weight: one unit of it, as where it is found on the screen itself.
    const steps = quantity === 1 ? 10 ** variant.scale : quantity
    return { variant, quantity: steps, named: lot || serial || expires_on ? { lot, serial, expires_on } : null }
  } catch (error) {
    // An unknown code and one that was misread are the same to her who holds the scanner.
    if (error instanceof Problem && (error.status === 404 || error.status === 422)) return null
    throw error
  }
}

/** Whether a fact may change what is shown of a variant's stock: it names the variant, or something that may hold it. */
export function touchesStockOf(variantId: string): (fact: Fact) => boolean {
  return (fact) => fact.topics.includes(variantId) || /^inventory\.(lease_changed|inbound_changed|count_closed|fed)/.test(fact.type)
}

/** Labels and buyers of the orders among some references, for lists that know only ids; asked for together, never one by one. */
export function orderNames(references: () => string[]): (id: string) => OrderBrief | undefined {
  const wanted = (): string[] => [...new Set(references().filter((each) => each.startsWith('ord_')))].sort()
  const names = resource<Map<string, OrderBrief>>({
    key: () => (session.may('orders.read') && wanted().length > 0 ? wanted().join(',') : null),
    load: async (signal) => {
      const ids = wanted()
      const parts: string[][] = []
      for (let at = 0; at < ids.length; at += AT_ONCE) parts.push(ids.slice(at, at + AT_ONCE))
      const pages = await Promise.all(parts.map((part) => api(http.GET('/v1/orders', { params: { query: { ids: part.join(','), limit: AT_ONCE } }, signal }))))
      return new Map(pages.flatMap((page) => page.items).map((each) => [each.id, each]))
    },
    keep: true,
  })
  return (id) => names.value?.get(id)
}
