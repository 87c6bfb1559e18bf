import type { InboundLine } from '../platform/types'
import type { Tallied } from './tally.svelte'

export type Outcome = { came: number; short: number; over: number; damaged: number }

/** How one line of a delivery stands once what is tallied is booked. `short` are missing, `over` are more than announced. */
export function outcome(line: InboundLine, tallied: Tallied | undefined): Outcome {
  const damaged = line.damaged + (tallied?.damaged ?? 0)
  const came = line.received + (tallied?.whole ?? 0) + damaged
  return { came, damaged, short: Math.max(0, line.announced - came), over: Math.max(0, came - line.announced) }
}
