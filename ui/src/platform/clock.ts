/** Days and times as clocks and calendars show them: at a place, and never in the browser's own zone. */
import { locale } from './format'

export const DAYS = [1, 2, 3, 4, 5, 6, 7]
const DAY_MS = 86_400_000

/** The name of a weekday; Monday is 1. */
export function weekday(day: number, width: 'long' | 'short' = 'long'): string {
  return new Intl.DateTimeFormat(locale(), { weekday: width, timeZone: 'UTC' }).format(Date.UTC(2024, 0, day))
}

/** Minutes of the day as `HH:MM`, and back. */
export function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}
export function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
}

/** Day (`YYYY-MM-DD`) and time (`HH:MM`) that clocks in a zone show at a moment. */
export function wallOf(at: string, timeZone: string | undefined): { day: string; time: string } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone,
  }).formatToParts(new Date(at))
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? ''
  return { day: `${part('year')}-${part('month')}-${part('day')}`, time: `${part('hour')}:${part('minute')}` }
}

/** `days` later than a date (`YYYY-MM-DD`). */
export function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** A date (`YYYY-MM-DD`) as people write it: it has no zone. */
export function dateText(date: string, options: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' }): string {
  return new Intl.DateTimeFormat(locale(), { ...options, timeZone: 'UTC' }).format(Date.parse(`${date}T00:00:00Z`))
}

/** Every moment that a zone may call one of these days, and some more: half a world lies to either side. */
export function around(first: string, days: number): { from: string; until: string } {
  const from = Date.parse(`${first}T00:00:00Z`) - 14 * 3_600_000
  return { from: new Date(from).toISOString(), until: new Date(from + days * DAY_MS + 28 * 3_600_000).toISOString() }
}
