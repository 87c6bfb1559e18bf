/** Movements of stock with what they name: items, and the orders, deliveries and counts that moved them. */
import { api, http } from '../../platform/api'
import { session } from '../../platform/session.svelte'
import { variantsById } from '../../platform/stockroom'
import type { Movement, Variant } from '../../platform/types'

export const PAGE = 50
const AT_ONCE = 100
export const REASONS = [
  'received', 'found', 'damaged', 'lost', 'correction', 'imported', 'sold', 'collected', 'counted', 'shipped', 'picked',
  'put_back', 'returned', 'inspected', 'scrapped', 'lost_in_transit', 'fed',
] as const
export const STATES = ['on_hand', 'picked', 'in_transit', 'to_inspect', 'damaged', 'customer', 'supplier', 'opening', 'lost', 'found', 'scrap', 'correction'] as const

export type Filters = { variant: string; location: string; state: string; reason: string }
export type Found = { items: Movement[]; more: boolean; variants: Map<string, Variant>; labels: Map<string, string> }

export async function loadMovements(filters: Filters, wanted: number, signal: AbortSignal): Promise<Found> {
  const query = { variant: filters.variant || undefined, location: filters.location || undefined, state: filters.state || undefined, reason: filters.reason || undefined }
  const items: Movement[] = []
  let cursor: string | undefined
  do {
    const page = await api(http.GET('/v1/stock/movements', { params: { query: { ...query, limit: PAGE, cursor } }, signal }))
    items.push(...page.items)
    cursor = page.next_cursor ?? undefined
  } while (cursor && items.length < wanted)
  const ids = [...items.map((each) => each.variant_id), ...(filters.variant ? [filters.variant] : [])]
  const [variants, labels] = await Promise.all([variantsById(ids, signal), labelsOf(items.map((each) => each.reference), signal)])
  return { items, more: cursor !== undefined, variants, labels }
}

/** Orders by the label that a person knows; a stretch at a time. */
async function labelsOf(references: string[], signal: AbortSignal): Promise<Map<string, string>> {
  const ids = [...new Set(references.filter((each) => each.startsWith('ord_')))]
  if (ids.length === 0 || !session.may('orders.read')) return new Map()
  const parts: string[][] = []
  for (let at = 0; at < ids.length; at += AT_ONCE) parts.push(ids.slice(at, at + AT_ONCE))
  const pages = await Promise.all(parts.map((part) => api(http.GET('/v1/orders', { params: { query: { ids: part.join(','), limit: AT_ONCE } }, signal }))))
  return new Map(pages.flatMap((page) => page.items).map((each) => [each.id, each.label]))
}

/** Where what moved it can be looked at; a transfer is a delivery too, to the page that shows it. */
export function pageOf(one: Movement): string | null {
  if (one.reference.startsWith('ord_')) return `/orders/${one.reference}`
  if (one.reference.startsWith('inb_')) return `${one.from_state === 'supplier' ? '/receiving' : '/transfers'}/${one.reference}`
  return one.reference.startsWith('cnt_') ? `/counts/${one.reference}` : null
}
