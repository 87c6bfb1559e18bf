import { steps } from '../../platform/numbers'
import type { StockAt, StockRow } from '../../platform/types'

export type Reason = 'correction' | 'received' | 'found' | 'damaged' | 'lost'
export const REASONS: Reason[] = ['correction', 'received', 'found', 'lost', 'damaged']

/** What a pasted number would do to one cell, or why it cannot. */
export type Plan = {
  row: StockRow
  at: StockAt
  text: string
  wanted: number
  change: number
  why: 'ok' | 'same' | 'no_number' | 'below_reserved' | 'reason'
}

/** Received and found only add, lost and damaged only take away; a correction does either. */
export function fits(reason: Reason, change: number): boolean {
  if (reason === 'correction') return true
  return reason === 'lost' || reason === 'damaged' ? change < 0 : change > 0
}

export function judge(row: StockRow, at: StockAt, text: string, reason: Reason): Plan {
  const wanted = steps(text, row.variant.scale)
  const plan = { row, at, text, wanted: wanted ?? 0, change: (wanted ?? 0) - at.on_hand }
  if (wanted === null || wanted < 0) return { ...plan, why: 'no_number' }
  if (plan.change === 0) return { ...plan, why: 'same' }
  if (wanted < at.reserved) return { ...plan, why: 'below_reserved' }
  return { ...plan, why: fits(reason, plan.change) ? 'ok' : 'reason' }
}

/**
 * What a pasted block would do, set down with its first cell at `from`; a single cell fills the whole selection, as
 * spreadsheets do. Empty cells leave what is there. `beyond` counts the cells that fall outside the grid.
 */
export function planOf(
  rows: StockRow[],
  cells: string[][],
  from: { row: number; column: number },
  to: { row: number; column: number },
  reason: Reason,
): { plans: Plan[]; beyond: number } {
  const single = cells.length === 1 && cells[0]!.length === 1
  const block = single
    ? Array.from({ length: to.row - from.row + 1 }, () => Array.from({ length: to.column - from.column + 1 }, () => cells[0]![0]!))
    : cells
  const plans: Plan[] = []
  let beyond = 0
  for (const [down, line] of block.entries()) {
    for (const [right, text] of line.entries()) {
      if (text.trim() === '') continue
      const row = rows[from.row + down]
      const at = row?.locations[from.column + right]
      if (row && at) plans.push(judge(row, at, text, reason))
      else beyond += 1
    }
  }
  return { plans, beyond }
}
