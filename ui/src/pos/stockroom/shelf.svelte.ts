import type { Tallied } from '../../kit/tally.svelte'
import { Tally } from '../../kit/tally.svelte'
import { api, http } from '../../platform/api'
import { quantity } from '../../platform/format'
import { t } from '../../platform/i18n.svelte'
import type { Named } from '../../platform/stockroom'
import type { Count, Variant } from '../../platform/types'
import type { Answer } from './station.svelte'

type Counts = Record<string, Tallied>
type Finding = { variant_id: string; quantity: number; lots?: { quantity: number; lot: string; serial: string; expires_on: string | null }[] }

/** What a finding is tallied by: the variant, and of a tracked one the lot or serial number too. */
function keyOf(variantId: string, named: Named | null): string {
  return named ? [variantId, named.lot, named.serial, named.expires_on ?? ''].join('\n') : variantId
}

const variantOf = (key: string): string => key.split('\n', 1)[0]!

/** What was found, variant by variant, as the server is told it; of a tracked one, lot by lot. */
export function findings(counts: Counts): Finding[] {
  const found = new Map<string, Finding>()
  for (const [key, { whole }] of Object.entries(counts)) {
    const [variant_id, lot, serial, expires_on] = key.split('\n') as [string, string?, string?, string?]
    const one = found.get(variant_id) ?? { variant_id, quantity: 0 }
    one.quantity += whole
    if ((lot || serial) && whole > 0) one.lots = [...(one.lots ?? []), { quantity: whole, lot: lot ?? '', serial: serial ?? '', expires_on: expires_on || null }]
    found.set(variant_id, one)
  }
  return [...found.values()]
}

/** Tells a count what its tally holds. */
export function sendFindings(tally: Tally, countId: string): Promise<Count> {
  return tally.send(({ key, counts }) =>
    api(
      http.POST('/v1/counts/{count_id}/found', {
        params: { path: { count_id: countId } },
        headers: { 'Idempotency-Key': key },
        body: { found: findings(counts) },
      }),
    ),
  )
}

/** A shelf that is being counted: what was found on it so far, and what is asked about it. */
export class Shelf {
  readonly tally: Tally
  /** Of which lot, or with which serial number? `steps` are added to the answer; null: a number is typed next. */
  naming = $state.raw<{ variant: Variant; steps: number | null } | null>(null)
  /** How many are there? */
  typing = $state.raw<{ variant: Variant; named: Named | null } | null>(null)

  constructor(subject: string) {
    this.tally = new Tally(subject)
  }

  get isAsking(): boolean {
    return this.naming !== null || this.typing !== null
  }

  get variants(): string[] {
    return [...new Set(Object.keys(this.tally.counts).map(variantOf))]
  }

  /** How many steps of it were found; undefined if nobody has looked yet. */
  of(variantId: string): number | undefined {
    const own = Object.entries(this.tally.counts).filter(([key]) => variantOf(key) === variantId)
    return own.length > 0 ? own.reduce((sum, [, { whole }]) => sum + whole, 0) : undefined
  }

  /** One more, or as many as the code says. Of a tracked variant whose code names no lot it is asked of which. */
  add(variant: Variant, steps: number, named: Named | null): Answer {
    if (variant.tracking === 'none') named = null
    else if (!named?.[variant.tracking]) {
      this.naming = { variant, steps }
      return { tone: 'again', words: t(variant.tracking === 'lot' ? 'count.which_lot' : 'count.which_serial') }
    }
    const key = keyOf(variant.id, named)
    if (named && variant.tracking === 'serial') {
      if (this.tally.of(key)?.whole) return { tone: 'again', words: t('count.serial_already', { serial: named.serial }) }
      steps = 10 ** variant.scale
    }
    if (named) this.#drop(variant.id)
    this.tally.add(key, steps, false)
    return { tone: 'good', words: t('scan.added', { quantity: quantity(steps, variant.scale, variant.unit) }) }
  }

  set(variant: Variant, named: Named | null, steps: number): Answer {
    if (named) this.#drop(variant.id)
    this.tally.set(keyOf(variant.id, named), { whole: steps, damaged: 0 })
    return { tone: 'good', words: t('scan.number_set') }
  }

  /** None of it is there, of whatever lot. */
  none(variantId: string): Answer {
    this.forget(variantId)
    this.tally.set(variantId, { whole: 0, damaged: 0 })
    return { tone: 'good', words: t('scan.number_set') }
  }

  /** As if nobody had looked. */
  forget(variantId: string): void {
    for (const key of Object.keys(this.tally.counts)) if (variantOf(key) === variantId) this.tally.set(key, undefined)
  }

  /** How many there are is asked; of a tracked variant first, of which lot. */
  ask(variant: Variant): void {
    if (variant.tracking === 'none') this.typing = { variant, named: null }
    else this.naming = { variant, steps: null }
  }

  /** The variant that a key of the tally is about, after an undo. */
  static variantOf(key: string): string {
    return variantOf(key)
  }

  /** That none was there is no longer so once one of a lot is found. */
  #drop(variantId: string): void {
    if (this.tally.of(variantId)) this.tally.set(variantId, undefined)
  }
}
