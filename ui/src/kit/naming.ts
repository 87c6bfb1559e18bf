import { api, http } from '../platform/api'
import { t } from '../platform/i18n.svelte'
import { readCode, type Named } from '../platform/stockroom'
import type { Variant } from '../platform/types'

export const NAME_MAX = 20 // what a barcode may hold of a lot or serial number
export const DATE_MAX = '9999-12-31'

/** What is wrong with a typed lot or serial number; null if nothing is. */
export function wrongName(text: string, tracking: Variant['tracking']): string | null {
  const name = text.trim()
  if (name === '') return t(tracking === 'serial' ? 'lots.serial_missing' : 'lots.lot_missing')
  return name.length > NAME_MAX ? t('lots.too_long') : null
}

/** What a GS1 symbol begins with, as scanners type it: its kind, or the GTIN's identifier. */
const SYMBOL = /^(?:\]|\(?01\)?\d{14})/

/** A scanner types a whole symbol into a field: what it says of the variant's lot or number; null if it is none of it. */
export async function scannedName(text: string, variant: Variant): Promise<Named | null> {
  if (variant.tracking === 'none' || !SYMBOL.test(text)) return null
  const scanned = await readCode(text, []).catch(() => null)
  return scanned?.variant.id === variant.id && scanned.named?.[variant.tracking] ? scanned.named : null
}

/** Names of what a place has on hand: how many there should be is not told to who counts. */
export async function namesThere(variant: Variant, location: string, signal: AbortSignal): Promise<Named[]> {
  const { items } = await api(http.GET('/v1/stock/lots', { params: { query: { variant: variant.id, location, limit: 1000 } }, signal }))
  return items.filter((each) => each.state === 'on_hand').map(({ lot, serial, expires_on }) => ({ lot, serial, expires_on }))
}
