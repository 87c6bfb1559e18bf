/** What a condition may name, read once for a screen. */
import { api, http } from '../../platform/api'
import { currentLanguage } from '../../platform/i18n.svelte'
import { resource } from '../../platform/resource.svelte'
import { session } from '../../platform/session.svelte'
import type { Category, Location, Market, PurposeOf, Segment } from '../../platform/types'

export type Programme = { code: string; name: string; tiers: { code: string; name: string }[] }
export type Knowing = { segments: Segment[]; categories: Category[]; places: Location[]; markets: Market[]; purposes: PurposeOf[]; programmes: Programme[] }

export function knowing(archived: () => boolean) {
  return resource<Knowing>({
    key: () => `${currentLanguage()} ${archived()}`,
    load: async (signal) => {
      const programmesAsked = session.may('loyalty.manage') ? api(http.GET('/v1/programmes', { signal })) : Promise.resolve({ items: [] })
      const [segments, categories, places, markets, purposes, programmes] = await Promise.all([
        api(http.GET('/v1/segments', { params: { query: { archived: archived() } }, signal })),
        api(http.GET('/v1/categories', { signal })),
        api(http.GET('/v1/locations', { params: { query: { limit: 500 } }, signal })),
        api(http.GET('/v1/markets', { signal })),
        api(http.GET('/v1/privacy/purposes', { signal })),
        programmesAsked,
      ])
      const named = (names: Record<string, string>, code: string): string => names[currentLanguage()] ?? names['en'] ?? code
      return {
        segments: segments.items, categories: categories.items, places: places.items, markets: markets.items, purposes: purposes.items,
        programmes: programmes.items.map((one) => ({ code: one.code, name: named(one.terms.names, one.code), tiers: (one.terms.tiers ?? []).map((tier) => ({ code: tier.code, name: named(tier.names, tier.code) })) })),
      }
    },
    topics: () => ['segments'],
    keep: true,
  })
}
