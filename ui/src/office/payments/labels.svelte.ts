import { api, http } from '../../platform/api'
import { resource, type Resource } from '../../platform/resource.svelte'
import { session } from '../../platform/session.svelte'

const AT_ONCE = 100

/** Labels of the orders among these references, by their ids: for links to them. Whoever may not read orders has none. */
export function orderLabels(references: () => string[]): Resource<Map<string, string>> {
  const wanted = (): string[] => [...new Set(references())].filter((each) => each.startsWith('ord_')).slice(0, AT_ONCE)
  return resource<Map<string, string>>({
    key: () => (wanted().length > 0 && session.may('orders.read') ? wanted().join(',') : null),
    load: async (signal) => {
      const { items } = await api(http.GET('/v1/orders', { params: { query: { ids: wanted().join(','), limit: AT_ONCE } }, signal }))
      return new Map(items.map((each) => [each.id, each.label]))
    },
    keep: true,
  })
}
