/** A condition as a shopkeeper writes it: groups of rows, each row a kind and what was filled in; and as the server reads it. */
import { plain, steps } from '../../platform/numbers'
import type { Condition } from '../../platform/types'

export const MODES = ['all', 'any', 'none', 'not_all'] as const
export type Mode = (typeof MODES)[number]
export type As = 'days' | 'count' | 'percent' | 'money' | 'currency' | 'date' | 'texts' | 'channels' | 'kinds' | 'places' | 'categories' | 'variants' | 'languages' | 'purpose' | 'way' | 'programme' | 'tiers' | 'segment'
/** `more`: asked only by whoever opens the rest of the row. */
export type Slot = { name: string; as: As; more?: true }

const bounds = (as: As): Slot[] => [{ name: 'at_least', as }, { name: 'at_most', as }]
const ago: Slot[] = [{ name: 'within_days', as: 'days' }, { name: 'before_days', as: 'days' }]

/** What each kind of row asks; in the order in which it is offered. */
export const KINDS = {
  bought: [
    { name: 'categories', as: 'categories' }, { name: 'variants', as: 'variants' }, { name: 'days', as: 'days' },
    { name: 'units', as: 'count', more: true }, { name: 'orders', as: 'count', more: true }, { name: 'spent', as: 'money', more: true }, { name: 'currency', as: 'currency', more: true },
    { name: 'since', as: 'date', more: true }, { name: 'until', as: 'date', more: true }, { name: 'channels', as: 'channels', more: true }, { name: 'locations', as: 'places', more: true },
  ],
  orders: bounds('count'),
  worth: [...bounds('money'), { name: 'currency', as: 'currency' }],
  average_order: [...bounds('money'), { name: 'currency', as: 'currency' }],
  last_order: ago,
  first_order: ago,
  channel_share: [{ name: 'channel_kinds', as: 'kinds' }, { name: 'percent', as: 'percent' }],
  lives: [{ name: 'countries', as: 'texts' }, { name: 'cities', as: 'texts' }, { name: 'postcodes', as: 'texts' }],
  speaks: [{ name: 'languages', as: 'languages' }],
  birthday: [{ name: 'within_days', as: 'days' }],
  customer_since: ago,
  consented: [{ name: 'purpose', as: 'purpose' }, { name: 'channel', as: 'way' }],
  tier: [{ name: 'programme', as: 'programme' }, { name: 'tiers', as: 'tiers' }],
  points: [{ name: 'at_least', as: 'count' }],
  segment: [{ name: 'code', as: 'segment' }],
} as const satisfies Record<string, readonly Slot[]>
export type Kind = keyof typeof KINDS
export type Picked = { id: string; title: string }
export type Filled = string | string[] | Picked[]
export type Row = { id: number; kind: Kind; not: boolean; filled: Record<string, Filled>; rest: Record<string, unknown> }
export type Group = { id: number; kind: 'group'; mode: Mode; of: (Group | Row)[] }
export type Exponents = Record<string, number>

let made = 0
const LISTS: readonly As[] = ['channels', 'kinds', 'places', 'categories', 'languages', 'tiers', 'variants']
const MANY: readonly As[] = [...LISTS, 'texts']
export const slotsOf = (kind: Kind): readonly Slot[] => KINDS[kind]

export function newRow(kind: Kind, currency = ''): Row {
  const filled = Object.fromEntries(slotsOf(kind).map((slot): [string, Filled] => [slot.name, LISTS.includes(slot.as) ? [] : slot.as === 'currency' ? currency : '']))
  return { id: (made += 1), kind, not: false, filled, rest: {} }
}

export function newGroup(mode: Mode = 'all', of: (Group | Row)[] = []): Group {
  return { id: (made += 1), kind: 'group', mode, of }
}

/** The group at the root; a tree that begins with a row stands in a group of one. */
export function formOf(condition: Condition | undefined, exponents: Exponents, titles: Map<string, string>, currency: string): Group {
  if (!condition) return newGroup()
  const found = nodeOf(condition, exponents, titles, currency)
  return found.kind === 'group' ? found : newGroup('all', [found])
}

function nodeOf(one: Condition, exponents: Exponents, titles: Map<string, string>, currency: string): Group | Row {
  const inside = (of: Condition[] | undefined): (Group | Row)[] => (of ?? []).map((each) => nodeOf(each, exponents, titles, currency))
  if (one.kind === 'all' || one.kind === 'any') return newGroup(one.kind, inside(one.of as Condition[]))
  if (one.kind !== 'not') return rowOf(one, exponents, titles, currency)
  const under = nodeOf(one.of as Condition, exponents, titles, currency)
  if (under.kind !== 'group') return { ...under, not: !under.not }
  const opposite = { all: 'not_all', any: 'none', none: 'any', not_all: 'all' } as const
  return { ...under, mode: opposite[under.mode] }
}

function rowOf(one: Condition, exponents: Exponents, titles: Map<string, string>, currency: string): Row {
  const row = newRow(one.kind as Kind, currency)
  const values = one as unknown as Record<string, unknown>
  const exponent = exponents[String(values['currency'] ?? '')] ?? 2
  for (const slot of slotsOf(row.kind)) {
    const value = values[slot.name]
    if (value === null || value === undefined || (slot.as === 'currency' && value === '')) continue
    if (slot.as === 'variants') row.filled[slot.name] = (value as string[]).map((id) => ({ id, title: titles.get(id) ?? id }))
    else if (slot.as === 'texts') row.filled[slot.name] = (value as string[]).join(', ')
    else if (slot.as === 'money') row.filled[slot.name] = plain(value as number, exponent)
    else row.filled[slot.name] = Array.isArray(value) ? (value as string[]) : String(value)
  }
  const known = new Set(['kind', ...slotsOf(row.kind).map((slot) => slot.name)])
  row.rest = Object.fromEntries(Object.entries(values).filter(([name]) => !known.has(name)))
  return row
}

/** What the server reads, and at which of its places each row and group stands; what is no number is said by its row. */
export type Written = { condition: Condition; places: Map<string, number>; wrong: Map<number, string> }

export function write(root: Group, exponents: Exponents): Written {
  const places = new Map<string, number>()
  const wrong = new Map<number, string>()
  const at = (node: Group | Row, path: string): Condition => {
    places.set(path, node.id)
    if (node.kind !== 'group') {
      const leaf = leafOf(node, exponents, wrong)
      if (node.not) places.set(`${path}.of`, node.id)
      return (node.not ? { kind: 'not', of: leaf } : leaf) as Condition
    }
    const negated = node.mode === 'none' || node.mode === 'not_all'
    const inner = negated ? `${path}.of` : path
    if (negated) places.set(inner, node.id)
    const group = { kind: node.mode === 'any' || node.mode === 'none' ? 'any' : 'all', of: node.of.map((each, i) => at(each, `${inner}.of.${i}`)) }
    return (negated ? { kind: 'not', of: group } : group) as Condition
  }
  return { condition: at(root, 'condition'), places, wrong }
}

function leafOf(row: Row, exponents: Exponents, wrong: Map<number, string>): Record<string, unknown> {
  const found: Record<string, unknown> = { ...row.rest, kind: row.kind }
  const spent = row.kind !== 'bought' || String(row.filled['spent'] ?? '').trim() !== ''
  for (const slot of slotsOf(row.kind)) {
    const value = row.filled[slot.name] ?? ''
    if (MANY.includes(slot.as)) {
      const listed = typeof value === 'string' ? value.split(',').map((each) => each.trim()).filter(Boolean) : slot.as === 'variants' ? (value as Picked[]).map((each) => each.id) : value
      found[slot.name] = slot.name === 'countries' ? (listed as string[]).map((each) => each.toUpperCase()) : listed
    } else if (slot.as === 'money' || slot.as === 'count' || slot.as === 'days' || slot.as === 'percent') {
      const text = String(value).trim()
      const number = steps(text, slot.as === 'money' ? (exponents[String(row.filled['currency'])] ?? 2) : 0)
      if (text && number === null) wrong.set(row.id, slot.name)
      if (number !== null) found[slot.name] = number
      else if (!text && (slot.name === 'percent' || row.kind === 'points' || row.kind === 'birthday')) wrong.set(row.id, slot.name)
    } else if (slot.as === 'currency') {
      if (spent) found[slot.name] = value
    } else if (value !== '') found[slot.name] = value
    else if (slot.as !== 'date') wrong.set(row.id, slot.name)
  }
  return found
}

/** The row or group that a refusal is about: the deepest one at or above the place that it names. */
export function placeOf(field: string, places: Map<string, number>): number | undefined {
  for (let path = field; path; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    const found = places.get(path)
    if (found !== undefined) return found
  }
  return undefined
}

export function variantsIn(condition: Condition | undefined): string[] {
  if (!condition) return []
  if (condition.kind === 'all' || condition.kind === 'any') return ((condition.of ?? []) as Condition[]).flatMap(variantsIn)
  if (condition.kind === 'not') return variantsIn(condition.of as Condition)
  return condition.kind === 'bought' ? [...(condition.variants ?? [])] : []
}
