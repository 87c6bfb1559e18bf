/** What is asked for when a time is booked, and at which field of it a refusal is shown. */
import { dateText, daysAfter, minuteOf, wallOf } from '../../platform/clock'
import { t } from '../../platform/i18n.svelte'
import type { Problem } from '../../platform/problem'
import { fieldOf } from '../../platform/refused'
import type { BookingResource } from '../../platform/types'

type Period = { starts_at: string; ends_before: string }
export type Wall = { day: string; from: string; until: string }
export type Refusal = { at: '' | keyof Wall | 'quantity' | 'note' | 'holder'; text: string; next: Period[] }

/** A period as the clocks of its place show it. */
export function wallTimes(period: Period, zone: string): Wall {
  const { day, time } = wallOf(period.starts_at, zone)
  return { day, from: time, until: wallOf(period.ends_before, zone).time }
}

/** By the clocks of the place: the server knows which moment that is, and whether there is one. */
export function momentOf(day: string, clock: string): string {
  return `${day}T${clock}`
}

/** Until midnight is until the next day begins. */
export function ends(day: string, clock: string): string {
  return momentOf(clock === '00:00' ? daysAfter(day, 1) : day, clock)
}

const FIELDS: Record<string, Refusal['at']> = { starts_at: 'from', ends_before: 'until', quantity: 'quantity', note: 'note', holder: 'holder' }

export function refusedAt(problem: Problem | null, resource: BookingResource, asked: Wall): Refusal {
  if (!problem) return { at: '', text: '', next: [] }
  const field = fieldOf(problem)
  const at = FIELDS[field] ?? ''
  const time = at === 'until' ? asked.until : asked.from
  switch (problem.code) {
    case 'bookings.slot_full': {
      const starts = (problem.data['next_starts'] ?? []) as string[]
      const lasts = asked.until > asked.from ? minuteOf(asked.until) - minuteOf(asked.from) : resource.bucket_minutes
      const next = starts.map((each) => ({ starts_at: each, ends_before: new Date(Date.parse(each) + lasts * 60_000).toISOString() }))
      return { at: 'from', text: t('times.wrong.full', { free: Number(problem.data['free'] ?? 0) }), next }
    }
    case 'bookings.waitlist_full':
      return { at: 'from', text: problem.detail, next: [] }
    case 'bookings.no_such_time':
      return { at, text: t('times.wrong.gap', { day: dateText(asked.day), time }), next: [] }
    case 'bookings.no_such_slot':
      return { at, text: t(at === 'until' ? 'times.wrong.no_end' : 'times.wrong.no_start', { minutes: resource.bucket_minutes }), next: [] }
    case 'bookings.bad_booking':
    case 'invalid':
      return { at, text: at ? wrong(field, resource, asked) : '', next: [] }
    default:
      return { at: '', text: '', next: [] }
  }
}

function wrong(field: string, resource: BookingResource, asked: Wall): string {
  if (field === 'starts_at') return resource.lead_minutes > 0 ? t('times.wrong.too_soon', { minutes: resource.lead_minutes }) : t('times.wrong.past')
  if (field === 'ends_before') return asked.until !== '00:00' && asked.until <= asked.from ? t('times.wrong.backwards') : t('times.wrong.too_late', { days: resource.horizon_days })
  if (field === 'quantity') return t('times.wrong.quantity')
  if (field === 'holder') return t('times.whom_needed')
  return t('form.too_long', { most: 200 })
}
