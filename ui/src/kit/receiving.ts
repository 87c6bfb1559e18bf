import type { InboundLine } from '../platform/types'
import type { Tallied } from './tally.svelte'

/** How one line of a delivery stands once what is tallied is booked. `short` are missing, `over` are more than announced. */
export function outcome(line: InboundLine, tallied: Tallied | undefined): { came: number; short: number; over: number; damaged: number } {
  const damaged = line.damaged + (tallied?.damaged ?? 0)
  const came = line.received + (tallied?.whole ?? 0) + damaged
  return { came, damaged, short: Math.max(0, line.announced - came), over: Math.max(0, came - line.announced) }
}

/** What the server is told has come: `quantity` are all, `damaged` those of them that came broken. */
export function delivered(counts: Record<string, Tallied>): { variant_id: string; quantity: number; damaged: number }[] {
  return Object.entries(counts)
    .filter(([, each]) => each.whole + each.damaged > 0)
    .map(([variant_id, { whole, damaged }]) => ({ variant_id, quantity: whole + damaged, damaged }))
}
