/** Rates of carriage as they are typed, and what is wrong with them, field by field. */
import { t } from '../../platform/i18n.svelte'
import { plain, steps } from '../../platform/numbers'
import type { CarriageRate } from '../../platform/types'

export const METHODS = ['ship', 'local_delivery', 'ship_to_store', 'collect', 'drive_up'] as const
const COUNTRY = /^[A-Z]{2}$/

export type Method = (typeof METHODS)[number]
export type Step = { from: string; amount: string }
export type RateForm = { method: Method; steps: Step[]; countries: string; channels: string[]; tax: string }

export const fresh = (): RateForm => ({ method: 'ship', steps: [{ from: '0', amount: '' }], countries: '', channels: [], tax: 'standard' })

/** As prices are written: 4.90, and 50. */
const priced = (amount: number, exponent: number): string => (amount % 10 ** exponent === 0 ? plain(amount, exponent) : (amount / 10 ** exponent).toFixed(exponent))

export function formOf(rates: readonly CarriageRate[], exponent: number): RateForm[] {
  return rates.map((one) => ({
    method: one.method as Method,
    steps: one.steps.map((each) => ({ from: priced(each.from_amount, exponent), amount: priced(each.amount, exponent) })),
    countries: (one.countries ?? []).join(', '),
    channels: [...(one.channels ?? [])],
    tax: one.tax_category ?? 'standard',
  }))
}

const countriesIn = (text: string): string[] => text.toUpperCase().split(/[\s,;]+/).filter(Boolean)

/** The rates as they are typed; null where something is wrong with them. */
export function ratesOf(form: readonly RateForm[], exponent: number): CarriageRate[] | null {
  if (Object.keys(wrongIn(form, exponent)).length > 0) return null
  return form.map((one) => ({
    method: one.method,
    steps: one.steps.map((each) => ({ from_amount: steps(each.from, exponent)!, amount: steps(each.amount, exponent)! })),
    countries: countriesIn(one.countries),
    channels: one.channels,
    tax_category: one.tax.trim(),
  }))
}

/** By the names the server has for the same fields. */
export function wrongIn(form: readonly RateForm[], exponent: number): Record<string, string> {
  const found: Record<string, string> = {}
  form.forEach((one, i) => {
    one.steps.forEach((each, j) => {
      const [from, amount] = [steps(each.from, exponent), steps(each.amount, exponent)]
      const before = one.steps[j - 1]
      if (from === null || from < 0 || (before && from <= (steps(before.from, exponent) ?? -1))) found[`rates.${i}.steps.${j}.from_amount`] = t('delivery.wrong.from')
      if (amount === null || amount < 0) found[`rates.${i}.steps.${j}.amount`] = t('delivery.wrong.amount')
      else if (before && amount > (steps(before.amount, exponent) ?? amount)) found[`rates.${i}.steps.${j}.amount`] = t('delivery.wrong.more')
    })
    if (!countriesIn(one.countries).every((each) => COUNTRY.test(each))) found[`rates.${i}.countries`] = t('delivery.wrong.countries')
    if (!one.tax.trim()) found[`rates.${i}.tax_category`] = t('delivery.wrong.tax')
  })
  return found
}
