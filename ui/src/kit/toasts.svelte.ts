import { t } from '../platform/i18n.svelte'
import { asProblem, type Problem } from '../platform/problem'

export type Toast = { id: number; tone: 'plain' | 'good' | 'bad'; text: string }

const SHOWN_MS = 5000
let next = 0
export const toasts = $state<Toast[]>([])

export function toast(text: string, tone: Toast['tone'] = 'plain'): void {
  const id = ++next
  toasts.push({ id, tone, text })
  if (toasts.length > 3) toasts.shift()
  setTimeout(() => dismiss(id), tone === 'bad' ? SHOWN_MS * 2 : SHOWN_MS)
}

export function dismiss(id: number): void {
  const index = toasts.findIndex((each) => each.id === id)
  if (index >= 0) toasts.splice(index, 1)
}

/** What went wrong, as a sentence: the server's own where it gave one. */
export function sentence(problem: Problem): string {
  if (problem.isOffline) return t('problem.offline')
  return problem.detail || t('problem.unexpected')
}

/** Runs `work`, and tells the person if it was refused. Returns its value, or undefined after a refusal. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    toast(sentence(asProblem(error)), 'bad')
    return undefined
  }
}
