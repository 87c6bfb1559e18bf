import { untrack } from 'svelte'

/**
 * Marks what changed since it was last looked at, so that a live cell can flash.
 *
 * `of` gives the current values by key; the returned function tells how often a key has changed since the screen
 * opened: odd and even start the animation anew by turns. New keys after the first look count as changed, the first look does not.
 */
export function changesIn(of: () => Record<string, unknown> | undefined): (key: string) => number {
  let before: Record<string, unknown> | undefined
  let counts = $state.raw<Record<string, number>>({})
  $effect.pre(() => {
    const now = of()
    untrack(() => compare(now))
  })

  function compare(now: Record<string, unknown> | undefined): void {
    if (now === undefined) {
      before = undefined
      return
    }
    if (before !== undefined) {
      const changed = Object.keys(now).filter((key) => before?.[key] !== now[key])
      if (changed.length > 0) {
        counts = { ...counts, ...Object.fromEntries(changed.map((key) => [key, (counts[key] ?? 0) + 1])) }
      }
    }
    before = now
  }

  return (key) => counts[key] ?? 0
}
