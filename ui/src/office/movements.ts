/** Movements of stock and the items they are of. */
import { api, http } from '../platform/api'
import { variantsById } from '../platform/stockroom'
import type { Movement, Variant } from '../platform/types'

export const PAGE = 50
export const REASONS = [
  'received', 'found', 'damaged', 'lost', 'correction', 'imported', 'sold', 'collected', 'counted', 'shipped', 'picked',
  'put_back', 'returned', 'inspected', 'scrapped', 'lost_in_transit', 'fed',
] as const
export const STATES = ['on_hand', 'picked', 'in_transit', 'to_inspect', 'damaged', 'customer', 'supplier', 'opening', 'lost', 'found', 'scrap', 'correction'] as const

export type Filters = { variant: string; location: string; state: string; reason: string }
export type Found = { items: Movement[]; more: boolean; variants: Map<string, Variant> }

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
  return { items, more: cursor !== undefined, variants: await variantsById(ids, signal) }
}
