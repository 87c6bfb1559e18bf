/** At which field of a form a refusal is shown. */
import type { Problem } from './problem'

/** The field a refusal is about, as the server names it; '' where it is about none. */
export function fieldOf(problem: Problem | null): string {
  if (!problem) return ''
  const named = problem.data['field']
  return typeof named === 'string' ? named : (problem.errors[0]?.field ?? '')
}

/** A typed whole number within bounds, or null where it is none. */
export function whole(text: string, least: number, most: number): number | null {
  const bare = text.trim()
  if (!/^\d{1,12}$/.test(bare)) return null
  const value = Number(bare)
  return value >= least && value <= most ? value : null
}
