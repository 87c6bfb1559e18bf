import { quantity } from '../platform/format'
import { t } from '../platform/i18n.svelte'
import type { Named } from '../platform/stockroom'
import type { Variant } from '../platform/types'
import { byVariant, isSame, keyOf, nameOf, variantOf, type NamedTally, type Summed } from './named'
import { Tally, type Tallied } from './tally.svelte'

/** What became of something that was scanned or typed. `again` was there before, or is asked about. */
export type Answer = { tone: 'good' | 'again' | 'bad'; words: string }
/** `found`: a count, where none is an answer too; `came`: a delivery, whole or damaged. */
type Kind = 'found' | 'came'

/** Goods that somebody goes through, on a shelf or out of boxes: what was tallied of them so far, and what is asked about it. */
export class Shelf {
  readonly tally: Tally
  readonly kind: Kind
  /** In what condition what is scanned or typed now is. */
  part = $state<keyof Tallied>('whole')
  /**
   * Of which lot, or with which serial number? `given` is what the code said of it. `steps` are added to the answer; null: a
   * number is typed next.
   */
  naming = $state.raw<{ variant: Variant; steps: number | null; given: Named | null } | null>(null)
  /** How many are there? */
  typing = $state.raw<{ variant: Variant; named: Named | null } | null>(null)
  readonly #sums = $derived.by(() => byVariant(this.tally.counts))

  constructor(subject: string, kind: Kind = 'found') {
    this.tally = new Tally(subject)
    this.kind = kind
  }

  get isAsking(): boolean {
    return this.naming !== null || this.typing !== null
  }

  get variants(): string[] {
    return [...this.#sums.keys()]
  }

  /** What was tallied of a variant; undefined if nobody has looked yet. */
  sum(variantId: string): Summed | undefined {
    return this.#sums.get(variantId)
  }

  /** How many whole steps of it there are; undefined if nobody has looked yet. */
  of(variantId: string): number | undefined {
    return this.sum(variantId)?.whole
  }

  lotsOf(variantId: string): NamedTally[] {
    return this.sum(variantId)?.lots ?? []
  }

  /** One more, or as many as the code says. Of a tracked variant whose code names no lot it is asked of which. */
  add(variant: Variant, steps: number, named: Named | null): Answer {
    if (variant.tracking === 'none') named = null
    else if (!named?.[variant.tracking]) {
      this.naming = { variant, steps, given: named }
      return { tone: 'again', words: t(variant.tracking === 'lot' ? 'lots.which_lot' : 'lots.which_serial') }
    }
    if (named && variant.tracking === 'serial') {
      const serial = named
      if (this.lotsOf(variant.id).some((each) => isSame(each, serial) && each.whole + each.damaged > 0)) {
        return { tone: 'again', words: t(this.kind === 'found' ? 'count.serial_already' : 'inbound.serial_already', { serial: serial.serial }) }
      }
      steps = 10 ** variant.scale
    } else if (named) named = { ...named, serial: '' }
    const key = keyOf(variant.id, named)
    const now = this.tally.of(key) ?? { whole: 0, damaged: 0 }
    this.tally.setAll({ ...this.#noNone(variant.id, named), [key]: { ...now, [this.part]: now[this.part] + steps } })
    const words = t(this.part === 'damaged' ? 'scan.added_damaged' : 'scan.added', { quantity: quantity(steps, variant.scale, variant.unit) })
    return { tone: 'good', words: named ? `${words} · ${nameOf(named)}` : words }
  }

  /** So many there are, of this lot, in the condition that is asked about now. */
  set(variant: Variant, named: Named | null, steps: number): Answer {
    const keys = this.#keysOf(variant.id, named)
    const key = keys[0] ?? keyOf(variant.id, named)
    const now = named ? this.lotsOf(variant.id).find((each) => isSame(each, named)) : this.tally.of(key)
    const next = { whole: now?.whole ?? 0, damaged: now?.damaged ?? 0, [this.part]: steps }
    const others = Object.fromEntries(keys.slice(1).map((each) => [each, undefined]))
    this.tally.setAll({ ...this.#noNone(variant.id, named), ...others, [key]: this.#kept(next) })
    return { tone: 'good', words: t('scan.number_set') }
  }

  /** All of a tracked variant anew, in one step. */
  replace(variantId: string, lots: NamedTally[]): void {
    const changes: Record<string, Tallied | undefined> = Object.fromEntries(this.#keysOf(variantId).map((key) => [key, undefined]))
    for (const { whole, damaged, ...named } of lots) changes[keyOf(variantId, named)] = { whole, damaged }
    this.tally.setAll(changes)
  }

  /** None of it is there, of whatever lot. */
  none(variantId: string): Answer {
    this.tally.setAll({ ...this.#gone(variantId), [variantId]: this.#kept({ whole: 0, damaged: 0 }) })
    return { tone: 'good', words: t('scan.number_set') }
  }

  /** As if nobody had looked; with `named`, at that lot. */
  forget(variantId: string, named: Named | null = null): void {
    this.tally.setAll(this.#gone(variantId, named))
  }

  /** How many there are is asked; of a tracked variant first, of which lot. */
  ask(variant: Variant): void {
    if (variant.tracking === 'none') this.typing = { variant, named: null }
    else this.naming = { variant, steps: null, given: null }
  }

  /** The variant that a key of the tally is about, after an undo. */
  static variantOf(key: string): string {
    return variantOf(key)
  }

  #keysOf(variantId: string, named: Named | null = null): string[] {
    return Object.keys(this.tally.counts).filter((key) => {
      if (variantOf(key) !== variantId) return false
      const [, lot = '', serial = ''] = key.split('\n')
      return named === null || ((lot || serial) && isSame({ lot, serial, expires_on: null }, named))
    })
  }

  #gone(variantId: string, named: Named | null = null): Record<string, undefined> {
    return Object.fromEntries(this.#keysOf(variantId, named).map((key) => [key, undefined]))
  }

  /** That none was there is no longer so once one of a lot is found. */
  #noNone(variantId: string, named: Named | null): Record<string, undefined> {
    return named && this.tally.of(variantId) ? { [variantId]: undefined } : {}
  }

  /** Of a delivery, none is nothing to tell. */
  #kept(tallied: Tallied): Tallied | undefined {
    return this.kind === 'found' || tallied.whole + tallied.damaged > 0 ? tallied : undefined
  }
}
