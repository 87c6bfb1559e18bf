import { t } from '../../platform/i18n.svelte'
import type { Problem } from '../../platform/problem'
import { fieldOf } from '../../platform/refused'

/** What is wrong with the order that something is tried on; null where a refusal is about something else. */
export function orderProblem(problem: Problem | null, market: string): string | null {
  if (problem?.status === 404) return t('return.none')
  return fieldOf(problem) === 'order' ? t('policies.other_market', { market }) : null
}
