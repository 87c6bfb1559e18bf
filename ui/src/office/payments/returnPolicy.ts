/** A policy for what comes back as it is typed, and what is wrong with it, field by field. */
import { t } from '../../platform/i18n.svelte'
import { plain, steps } from '../../platform/numbers'
import { whole } from '../../platform/refused'
import type { ReturnPolicyRow } from '../../platform/types'

const DAYS_MAX = 3650
const GRAMS_MAX = 1_000_000
const SERVICE_LENGTH_MAX = 100
const PERCENT_SCALE = 4 // a millionth is a ten-thousandth of a percent
export type Form = {
  category: string
  days: string
  faultDays: string
  restocking: string
  postage: string
  finalSale: boolean
  atOnce: boolean
  active: boolean
  byPost: boolean
  carrier: string
  service: string
  grams: string
  sendTo: string
  priceDays: string
}

/** Minor units with all their decimals, as a price is written. */
function priced(amount: number, exponent: number): string {
  const digits = String(amount).padStart(exponent + 1, '0')
  return exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}

export function formOf(one: ReturnPolicyRow | undefined, exponent: number, category: string): Form {
  return {
    category: one?.category ?? category,
    days: String(one?.days ?? 30),
    faultDays: String(one?.fault_days ?? 1095),
    restocking: plain(one?.restocking_ppm ?? 0, PERCENT_SCALE),
    postage: priced(one?.postage ?? 0, exponent),
    finalSale: one?.final_sale ?? false,
    atOnce: one?.approve_at_once ?? true,
    active: one?.active ?? true,
    byPost: one?.by_post ?? true,
    carrier: one?.carrier ?? 'own',
    service: one?.service ?? '',
    grams: String(one?.parcel_grams ?? 1000),
    sendTo: one?.send_to ?? '',
    priceDays: String(one?.price_days ?? 90),
  }
}

export function wrongIn(form: Form, exponent: number, taken: string[]): Record<string, string> {
  const found: Record<string, string> = {}
  if (taken.includes(form.category)) found['category'] = t('returns.wrong.taken')
  if (whole(form.days, 0, DAYS_MAX) === null) found['days'] = t('returns.wrong.days', { most: DAYS_MAX })
  if (whole(form.faultDays, 0, DAYS_MAX) === null) found['faultDays'] = t('returns.wrong.days', { most: DAYS_MAX })
  const part = steps(form.restocking, PERCENT_SCALE)
  if (part === null || part < 0 || part > 1_000_000) found['restocking'] = t('returns.wrong.percent')
  const postage = steps(form.postage, exponent)
  if (postage === null || postage < 0) found['postage'] = t('gift.bad_amount')
  if (whole(form.priceDays, 0, DAYS_MAX) === null) found['priceDays'] = t('returns.wrong.days', { most: DAYS_MAX })
  if (form.byPost && whole(form.grams, 1, GRAMS_MAX) === null) found['grams'] = t('returns.wrong.grams', { most: GRAMS_MAX })
  if (form.service.length > SERVICE_LENGTH_MAX) found['service'] = t('returns.wrong.service', { most: SERVICE_LENGTH_MAX })
  return found
}

export function rowOf(form: Form, exponent: number): ReturnPolicyRow {
  return {
    category: form.category,
    days: Number(form.days),
    fault_days: Number(form.faultDays),
    restocking_ppm: steps(form.restocking, PERCENT_SCALE) ?? 0,
    postage: steps(form.postage, exponent) ?? 0,
    final_sale: form.finalSale,
    approve_at_once: form.atOnce,
    active: form.active,
    by_post: form.byPost,
    carrier: form.carrier,
    service: form.service.trim(),
    parcel_grams: whole(form.grams, 1, GRAMS_MAX) ?? 1000,
    send_to: form.sendTo || null,
    price_days: Number(form.priceDays),
  }
}

/** The server's names of fields, and ours. */
export const FIELD_OF: Record<string, string> = {
  category: 'category',
  days: 'days',
  fault_days: 'faultDays',
  restocking_ppm: 'restocking',
  postage: 'postage',
  carrier: 'carrier',
  service: 'service',
  parcel_grams: 'grams',
  send_to: 'sendTo',
  price_days: 'priceDays',
}
