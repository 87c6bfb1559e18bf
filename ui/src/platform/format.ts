import { currentLanguage } from './i18n.svelte'

/** The reader's language as her own country writes it, where her browser says so. */
export function locale(): string {
  const language = currentLanguage()
  const regional = navigator.languages.find((tag) => tag.startsWith(`${language}-`))
  return regional ?? (language === 'en' ? 'en-GB' : language)
}

/** `value` times 10^-`places` as a decimal string: exact for every amount, which a division is not. */
function shifted(value: number, places: number): `${number}` {
  return `${value}E-${places}` as `${number}`
}

/** `amount` in minor units, as people of the current language write it. */
export function money(amount: number, currency: string, exponent: number): string {
  return new Intl.NumberFormat(locale(), {
    style: 'currency',
    currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  }).format(shifted(amount, exponent))
}

/** `amount` without its currency, for fields that already show it. */
export function decimal(amount: number, exponent: number): string {
  return new Intl.NumberFormat(locale(), {
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  }).format(shifted(amount, exponent))
}

const UNITS: Record<string, Intl.NumberFormatOptions> = {
  KGM: { style: 'unit', unit: 'kilogram' },
  GRM: { style: 'unit', unit: 'gram' },
  MTR: { style: 'unit', unit: 'meter' },
  LTR: { style: 'unit', unit: 'liter' },
}

/** A quantity in steps of 10^-scale with its Rec 20 unit; pieces are shown as a bare number. */
export function quantity(steps: number, scale = 0, unit = 'C62'): string {
  return new Intl.NumberFormat(locale(), UNITS[unit] ?? {}).format(shifted(steps, scale))
}

export function time(at: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: 'short', timeZone }).format(new Date(at))
}

/** Day and time in the place's own zone; the year only when it is another one. */
export function moment(at: string, timeZone?: string): string {
  const date = new Date(at)
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : 'numeric'
  return new Intl.DateTimeFormat(locale(), {
    day: 'numeric',
    month: 'short',
    year,
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  }).format(date)
}

export function day(at: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone }).format(new Date(at))
}

/** A month that begins at `date` (2026-11-01), the same whatever the reader's zone. */
export function month(date: string): string {
  return new Intl.DateTimeFormat(locale(), { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${date.slice(0, 7)}-01T00:00:00Z`))
}

export function distance(metres: number): string {
  const far = metres >= 1000
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: far ? 'kilometer' : 'meter',
    maximumFractionDigits: far && metres < 10_000 ? 1 : 0,
  }).format(far ? metres / 1000 : Math.round(metres / 10) * 10)
}

/** "K7M4QX" and "k7m-4qx" as the six characters a code is made of, or null if it is not one. */
export function basketCode(typed: string): string | null {
  const bare = typed.trim().toUpperCase().replace(/[\s-]/g, '')
  return /^[0-9A-Z]{6}$/.test(bare) ? bare : null
}

/** The day it is here, as `YYYY-MM-DD`. */
export function today(): string {
  const now = new Date()
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
}

/** Whether a date (`YYYY-MM-DD`) is this day. */
export function isToday(date: string): boolean {
  return date === today()
}

export function isPast(date: string): boolean {
  return date < today()
}
