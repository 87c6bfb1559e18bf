/** A calendar as it is typed, and what is wrong with it, field by field. */
import { clockOf, minuteOf } from '../../platform/clock'
import { t } from '../../platform/i18n.svelte'
import { whole } from '../../platform/refused'
import type { BookingResource, ResourceEdit } from '../../platform/types'

export const KINDS = ['pickup', 'drive_up', 'delivery', 'picking', 'appointment', 'kitchen', 'event'] as const
/** Lengths that a day can be cut into. */
export const LENGTHS = [5, 10, 15, 20, 30, 40, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440]
export const CAPACITY_MAX = 100_000
const DAY_MINUTES = 1440

export type Span = { opens: string; closes: string; capacity: string }
export type Special = { day: string; hours: Span[] }
export type Form = {
  code: string; kind: BookingResource['kind']; name: string; place: string; unit: BookingResource['unit']; bucket: string; lead: string; horizon: string
  hold: string; overbook: string; waitlist: string; active: boolean; week: Record<number, Span[]>; special: Special[]
}
/** Bounds of the server, by field; a hold is typed in minutes and kept in seconds. */
export const BOUNDS = { lead: [0, 525_600], horizon: [1, 730], hold: [1, 10_080], overbook: [0, 100], waitlist: [0, 10_000] } as const
const CODE = /^[A-Za-z0-9._-]{1,60}$/

/** Midnight at the end of a day is 24:00, which fields for times cannot show. */
const closing = (clock: string): number => (clock === '00:00' ? DAY_MINUTES : minuteOf(clock))
const shown = (one: { opens: string; closes: string; capacity: number }): Span => ({ opens: one.opens, closes: one.closes === '24:00' ? '00:00' : one.closes, capacity: String(one.capacity) })

/** In whole minutes; seconds beyond them are kept where nobody types others. */
const heldFor = (one: BookingResource): string => String(Math.ceil(one.hold_seconds_max / 60))

export function formOf(one: BookingResource | undefined, place: { id: string; code: string; hours: { weekday: number; opens: string; closes: string }[] }): Form {
  const days = [1, 2, 3, 4, 5, 6, 7]
  if (!one) {
    // While the place is open, which is where most begin.
    const week = Object.fromEntries(days.map((day) => [day, place.hours.filter((each) => each.weekday === day).map((each) => ({ opens: each.opens.slice(0, 5), closes: each.closes.slice(0, 5), capacity: '1' }))]))
    return { code: '', kind: 'appointment', name: '', place: place.id, unit: 'places', bucket: '60', lead: '0', horizon: '60', hold: '30', overbook: '0', waitlist: '0', active: true, week, special: [] }
  }
  return {
    code: one.code, kind: one.kind, name: one.name, place: one.location_id ?? '', unit: one.unit, bucket: String(one.bucket_minutes), lead: String(one.lead_minutes),
    horizon: String(one.horizon_days), hold: heldFor(one), overbook: String(one.overbook_percent), waitlist: String(one.waitlist_max), active: one.active,
    week: Object.fromEntries(days.map((day) => [day, one.openings.filter((each) => each.weekday === day).map(shown)])),
    special: one.special_days.map((each) => ({ day: each.day, hours: (each.hours ?? []).map(shown) })),
  }
}

/** What is wrong with the hours of one day; null: nothing. */
export function wrongHours(hours: Span[]): string | null {
  let before = 0
  for (const one of [...hours].sort((a, b) => a.opens.localeCompare(b.opens))) {
    if (!one.opens || !one.closes) return t('calendars.wrong.time')
    if (closing(one.closes) <= minuteOf(one.opens)) return t('calendars.wrong.backwards')
    if (minuteOf(one.opens) < before) return t('calendars.wrong.overlap')
    if (whole(one.capacity, 0, CAPACITY_MAX) === null) return t('calendars.wrong.capacity', { most: CAPACITY_MAX })
    before = closing(one.closes)
  }
  return null
}

export function wrongIn(form: Form): Record<string, string> {
  const found: Record<string, string> = {}
  if (!CODE.test(form.code)) found['code'] = t('form.code')
  if (!form.name.trim()) found['name'] = t('form.needed')
  if (form.name.length > 200) found['name'] = t('form.too_long', { most: 200 })
  for (const [field, [least, most]] of Object.entries(BOUNDS)) {
    if (whole(form[field as keyof typeof BOUNDS], least, most) === null) found[field] = t('form.between', { least, most })
  }
  for (const [day, hours] of Object.entries(form.week)) {
    const wrong = wrongHours(hours)
    if (wrong) found[`week.${day}`] = wrong
  }
  form.special.forEach((one, i) => {
    const twice = form.special.some((other, j) => j < i && other.day === one.day)
    const wrong = !one.day ? t('calendars.wrong.day') : twice ? t('calendars.wrong.twice') : wrongHours(one.hours)
    if (wrong) found[`special.${i}`] = wrong
  })
  return found
}

const sent = (one: Span): { opens: string; closes: string; capacity: number } => ({ opens: one.opens, closes: clockOf(closing(one.closes)), capacity: Number(one.capacity) })

export function editOf(form: Form, before: BookingResource | undefined): ResourceEdit {
  const days = form.special.map((each) => each.day)
  return {
    code: form.code, kind: form.kind, name: form.name.trim(), location_id: form.place, time_zone: before && before.location_id === form.place ? before.time_zone : null, unit: form.unit,
    bucket_minutes: Number(form.bucket), lead_minutes: Number(form.lead), horizon_days: Number(form.horizon), hold_seconds_max: before && form.hold === heldFor(before) ? before.hold_seconds_max : Number(form.hold) * 60,
    overbook_percent: Number(form.overbook), waitlist_max: Number(form.waitlist), active: form.active,
    openings: Object.entries(form.week).flatMap(([weekday, hours]) => hours.map((each) => ({ weekday: Number(weekday), ...sent(each) }))),
    special_days: form.special.map((each) => ({ day: each.day, hours: each.hours.map(sent) })),
    as_usual: (before?.special_days ?? []).map((each) => each.day).filter((day) => !days.includes(day)),
  }
}

/** The server's names of fields, and ours. */
export const FIELD_OF: Record<string, string> = {
  code: 'code', name: 'name', bucket_minutes: 'bucket', lead_minutes: 'lead', horizon_days: 'horizon', hold_seconds_max: 'hold', overbook_percent: 'overbook',
  waitlist_max: 'waitlist', openings: 'week', special_days: 'special', opens: 'week', closes: 'week',
}
