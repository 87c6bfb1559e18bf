import { isSame, type NamedTally } from '../../kit/named'
import { NAME_MAX, scannedName, wrongName } from '../../kit/naming'
import { t } from '../../platform/i18n.svelte'
import { plain, steps } from '../../platform/numbers'
import type { Named } from '../../platform/stockroom'
import type { Variant } from '../../platform/types'

/** What the server takes of one line at once. */
export const LOTS_MAX = 500
/** A lot as it is typed. */
export type Row = { lot: string; expires: string; whole: string; damaged: string }
/** What is wrong: in which row and field, if it is of one. */
export type Fault = { at: number; field: keyof Row; words: string }
export type Read = { lots: NamedTally[]; faults: Fault[] }

export function asRow({ lot, expires_on, whole, damaged }: NamedTally, scale: number): Row {
  return { lot, expires: expires_on ?? '', whole: whole ? plain(whole, scale) : '', damaged: damaged ? plain(damaged, scale) : '' }
}

const linesOf = (text: string): string[] => text.split(/[\r\n\t]+/).map((each) => each.trim()).filter(Boolean)

/** Of a row that says nothing of how many there are none; `needed`: it must say. */
export function readRows(rows: Row[], scale: number, needed: boolean): Read {
  const lots: NamedTally[] = []
  const faults: Fault[] = []
  rows.forEach(({ lot, expires, ...typed }, at) => {
    const count = (part: 'whole' | 'damaged'): number => {
      const value = typed[part].trim() === '' ? 0 : steps(typed[part], scale)
      if (value !== null && value >= 0) return value
      faults.push({ at, field: part, words: t('grid.no_number') })
      return 0
    }
    const one: NamedTally = { lot: lot.trim(), serial: '', expires_on: expires || null, whole: count('whole'), damaged: count('damaged') }
    if (one.whole + one.damaged === 0 && one.lot === '') return
    const wrong = wrongName(lot, 'lot') ?? (lots.some((each) => isSame(each, one)) ? t('lots.twice', { name: one.lot }) : null)
    if (wrong) faults.push({ at, field: 'lot', words: wrong })
    if (needed && one.whole + one.damaged === 0 && typed.whole.trim() === '') faults.push({ at, field: 'whole', words: t('lots.how_many') })
    lots.push(one)
  })
  return { lots: lots.filter((each) => each.whole + each.damaged > 0), faults }
}

/** One number per line; `known` are numbers whose lot is known. */
export function readSerials(texts: { whole: string; damaged: string }, known: Named[]): Read {
  const lots: NamedTally[] = []
  const faults: Fault[] = []
  for (const field of ['whole', 'damaged'] as const) {
    for (const serial of linesOf(texts[field])) {
      const { lot, expires_on } = known.find((each) => each.serial === serial) ?? { lot: '', expires_on: null }
      const one: NamedTally = { lot, serial, expires_on, whole: 0, damaged: 0, [field]: 1 }
      const fault = (words: string): void => void (faults.some((each) => each.words === words) || faults.push({ at: 0, field, words }))
      if (serial.length > NAME_MAX) fault(t('lots.long_name', { name: serial }))
      if (lots.some((each) => isSame(each, one))) fault(t('lots.twice', { name: serial }))
      else lots.push(one)
    }
  }
  if (lots.length > LOTS_MAX) faults.push({ at: 0, field: 'whole', words: t('lots.too_many', { count: LOTS_MAX }) })
  return { lots, faults }
}

/** A scanner types whole symbols: of each its serial number is kept. */
export async function asSerials(text: string, variant: Variant): Promise<string> {
  const lines = linesOf(text)
  if (lines.length > LOTS_MAX) return text
  const named: string[] = []
  for (const line of lines) named.push((await scannedName(line, variant))?.serial ?? line)
  return named.join('\n')
}
