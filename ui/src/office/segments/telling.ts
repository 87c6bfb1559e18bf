/** What a condition says, in words. */
import { money } from '../../platform/format'
import { said, t, type Key } from '../../platform/i18n.svelte'
import type { Condition } from '../../platform/types'
import { slotsOf, type Exponents, type Kind, type Slot } from './condition'

export type Names = { categories: Map<string, string>; places: Map<string, string>; segments: Map<string, string>; exponents: Exponents }

export function tell(one: Condition, names: Names): string {
  if (one.kind === 'all' || one.kind === 'any') {
    const of = (one.of ?? []) as Condition[]
    if (of.length === 0) return t(one.kind === 'all' ? 'segments.everybody' : 'segments.nobody')
    return of.map((each) => (each.kind === 'all' || each.kind === 'any' ? `(${tell(each, names)})` : tell(each, names))).join(` ${t(one.kind === 'all' ? 'segments.and' : 'segments.or')} `)
  }
  if (one.kind === 'not') return `${t('segments.not')} (${tell(one.of as Condition, names)})`
  const values = one as unknown as Record<string, unknown>
  const parts = slotsOf(one.kind as Kind).map((slot) => part(slot, values, names)).filter(Boolean)
  return [t(`segments.kind.${one.kind as Kind}`), ...parts].join(' · ')
}

function part(slot: Slot, values: Record<string, unknown>, names: Names): string {
  const value = values[slot.name]
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0) || slot.as === 'currency') return ''
  if (slot.as === 'variants') return t('segments.told.variants', { count: (value as string[]).length })
  const currency = String(values['currency'] ?? '')
  const text = slot.as === 'money' ? money(value as number, currency, names.exponents[currency] ?? 2) : (Array.isArray(value) ? value : [value]).map((each) => nameOf(slot, String(each), names)).join(', ')
  const key = `segments.told.${slot.name}`
  const told = said(key, '')
  return told ? t(key as Key, { value: text }) : text
}

function nameOf(slot: Slot, value: string, names: Names): string {
  if (slot.as === 'categories') return names.categories.get(value) ?? value
  if (slot.as === 'places') return names.places.get(value) ?? value
  if (slot.as === 'segment') return names.segments.get(value) ?? value
  if (slot.as === 'channels' || slot.as === 'kinds') return said(`channel.${value}`, value)
  if (slot.as === 'way') return said(`consents.channel.${value}`, value)
  return value
}
