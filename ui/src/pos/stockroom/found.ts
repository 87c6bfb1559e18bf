import { findings } from '../../kit/named'
import type { Tally } from '../../kit/tally.svelte'
import { api, http } from '../../platform/api'
import type { Count } from '../../platform/types'

/** Tells a count what its tally holds. */
export function sendFindings(tally: Tally, countId: string): Promise<Count> {
  return tally.send(({ key, counts }) =>
    api(
      http.POST('/v1/counts/{count_id}/found', {
        params: { path: { count_id: countId } },
        headers: { 'Idempotency-Key': key },
        body: { found: findings(counts) },
      }),
    ),
  )
}
