/** A carrier's service as it is typed, and what is wrong with it, field by field. */
import { clockOf, minuteOf } from '../../platform/clock'
import { t } from '../../platform/i18n.svelte'
import { plain, steps } from '../../platform/numbers'
import { whole } from '../../platform/refused'
import type { CarrierService } from '../../platform/types'

export type BandForm = { upTo: string; cost: string; least: string; most: string }
export type Form = {
  code: string; name: string; countries: string; currency: string; calendar: string; cutoff: string; collects: number[]; delivers: number[]; bands: BandForm[]; active: boolean
}
const CODE = /^[A-Za-z0-9._-]{1,60}$/
const KM_MAX = 40_000
const DAYS_MAX = 30
const WORKDAYS = [1, 2, 3, 4, 5]

export function formOf(one: CarrierService | undefined, currency: string, exponent: number): Form {
  if (!one) {
    const bands = [{ upTo: '500', cost: '', least: '1', most: '2' }]
    return { code: '', name: '', countries: '', currency, calendar: '', cutoff: '17:00', collects: [...WORKDAYS], delivers: [...WORKDAYS], bands, active: true }
  }
  const bands = one.bands.map((each) => ({ upTo: plain(each.up_to_m, 3), cost: amount(each.cost, exponent), least: String(each.days_min), most: String(each.days_max) }))
  return {
    code: one.code, name: one.name, countries: one.countries.join(', '), currency: one.currency, calendar: one.calendar ?? '', cutoff: clockOf((one.cutoff_minute ?? 1020) % 1440),
    collects: [...(one.collects ?? WORKDAYS)], delivers: [...(one.delivers ?? WORKDAYS)], bands, active: one.active ?? true,
  }
}

/** Minor units with all their decimals, as a price is written. */
function amount(cost: number, exponent: number): string {
  const digits = String(cost).padStart(exponent + 1, '0')
  return exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}

/** Two letters each, however they are parted. */
export const countriesOf = (text: string): string[] => [...new Set(text.toUpperCase().split(/[\s,;]+/).filter(Boolean))]

function wrongBand(one: BandForm, before: BandForm | undefined, exponent: number): string | null {
  const metres = steps(one.upTo, 3)
  if (metres === null || metres <= 0 || metres > KM_MAX * 1000) return t('carriers.wrong.far', { most: KM_MAX })
  if (before && (steps(before.upTo, 3) ?? 0) >= metres) return t('carriers.wrong.order')
  const cost = steps(one.cost, exponent)
  if (cost === null || cost < 0) return t('carriers.wrong.cost')
  const least = whole(one.least, 0, DAYS_MAX)
  const most = whole(one.most, 0, DAYS_MAX)
  if (least === null || most === null) return t('carriers.wrong.days', { most: DAYS_MAX })
  return least > most ? t('carriers.wrong.days_order') : null
}

export function wrongIn(form: Form, exponent: number, taken: string[]): Record<string, string> {
  const found: Record<string, string> = {}
  if (!CODE.test(form.code)) found['code'] = t('form.code')
  else if (taken.includes(form.code)) found['code'] = t('form.code_taken')
  if (!form.name.trim()) found['name'] = t('form.needed')
  if (form.name.length > 200) found['name'] = t('form.too_long', { most: 200 })
  const countries = countriesOf(form.countries)
  if (countries.length === 0 || !countries.every((each) => /^[A-Z]{2}$/.test(each))) found['countries'] = t('carriers.wrong.countries')
  if (form.calendar && !CODE.test(form.calendar)) found['calendar'] = t('form.code')
  if (!form.cutoff) found['cutoff'] = t('form.needed')
  if (form.collects.length === 0) found['collects'] = t('carriers.wrong.no_day')
  if (form.delivers.length === 0) found['delivers'] = t('carriers.wrong.no_day')
  if (form.bands.length === 0) found['bands'] = t('carriers.wrong.no_band')
  form.bands.forEach((each, i) => {
    const wrong = wrongBand(each, form.bands[i - 1], exponent)
    if (wrong) found[`band.${i}`] = wrong
  })
  return found
}

export function serviceOf(form: Form, exponent: number): CarrierService {
  return {
    code: form.code, name: form.name.trim(), countries: countriesOf(form.countries), currency: form.currency, calendar: form.calendar.trim(), cutoff_minute: minuteOf(form.cutoff),
    collects: form.collects, delivers: form.delivers, active: form.active,
    bands: form.bands.map((each) => ({ up_to_m: steps(each.upTo, 3) ?? 0, cost: steps(each.cost, exponent) ?? 0, days_min: Number(each.least), days_max: Number(each.most) })),
  }
}

/** The server's names of fields, and ours. */
export const FIELD_OF: Record<string, string> = { code: 'code', name: 'name', countries: 'countries', currency: 'currency', bands: 'bands', collects: 'collects', delivers: 'delivers', cutoff_minute: 'cutoff' }
