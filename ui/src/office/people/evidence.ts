import type { Evidence } from '../../platform/types'

/** How much an attribute says, as one of five steps from "two people" to "one person". */
export function speaks(bits: number): 'against' | 'rather_against' | 'nothing' | 'rather_for' | 'for' {
  if (bits <= -3) return 'against'
  if (bits < -0.5) return 'rather_against'
  if (bits <= 0.5) return 'nothing'
  return bits < 5 ? 'rather_for' : 'for'
}

/** How long the bar of an attribute is, of 100; the strongest ones fill it. */
export const length = (bits: number): number => Math.min(100, Math.round(Math.abs(bits) * 6))

/** What both records tell, in the order in which people say it; what speaks most stands first within the rest. */
const ORDER = ['given_name', 'family_name', 'birth_date', 'phone', 'email', 'street', 'house_number', 'postcode', 'city', 'region', 'tax_id']
export function inOrder(evidence: readonly Evidence[]): Evidence[] {
  return [...evidence].sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind))
}

/** A value as it was compared, for people to read: days are compared as eight figures. */
export function shown(kind: string, value: string): string {
  return kind === 'birth_date' && /^\d{8}$/.test(value) ? `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6)}` : value
}
