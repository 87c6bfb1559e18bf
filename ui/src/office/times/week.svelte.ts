/** A week of something that can be booked: its buckets, full ones as well, what is booked, and for whom. */
import { api, http } from '../../platform/api'
import { around, daysAfter, wallOf } from '../../platform/clock'
import { session } from '../../platform/session.svelte'
import type { Booking, BookingResource, TimeSlot } from '../../platform/types'

export const DAYS_SHOWN = 7

/** Whom a booking is for, by a name that a person knows; `to` is where more is told. */
export type Holder = { name: string; to: string | null }
export type Week = { resources: BookingResource[]; one: BookingResource | undefined; slots: TimeSlot[]; booked: Booking[]; holders: Map<string, Holder> }

export async function loadWeek(place: string, chosen: string, first: string, signal: AbortSignal): Promise<Week> {
  const { items: resources } = await api(http.GET('/v1/resources', { params: { query: { location: place } }, signal }))
  const one = resources.find((each) => each.id === chosen) ?? resources[0]
  if (!one) return { resources, one, slots: [], booked: [], holders: new Map() }
  const period = around(first, DAYS_SHOWN)
  const now = new Date().toISOString()
  if (period.from < now) period.from = now
  if (period.until <= period.from) return { resources, one, slots: [], booked: [], holders: new Map() }
  const [slots, agenda] = await Promise.all([
    api(http.GET('/v1/slots', { params: { query: { resources: one.id, quantity: 0, ...period } }, signal })),
    api(http.GET('/v1/resources/{resource_id}/agenda', { params: { path: { resource_id: one.id }, query: period }, signal })),
  ])
  const last = daysAfter(first, DAYS_SHOWN)
  const within = (at: string): boolean => wallOf(at, one.time_zone).day >= first && wallOf(at, one.time_zone).day < last
  const booked = agenda.items.filter((each) => within(each.starts_at))
  return { resources, one, slots: slots.items.filter((each) => within(each.starts_at)), booked, holders: await holdersOf(booked, signal) }
}

const AT_ONCE = 100

async function holdersOf(booked: Booking[], signal: AbortSignal): Promise<Map<string, Holder>> {
  const ids = [...new Set(booked.map((each) => each.holder))]
  const named = (prefix: string): string => ids.filter((each) => each.startsWith(prefix)).slice(0, AT_ONCE).join(',')
  const [orders, people] = await Promise.all([
    named('ord_') && session.may('orders.read') ? api(http.GET('/v1/orders', { params: { query: { ids: named('ord_'), limit: AT_ONCE } }, signal })) : null,
    named('cus_') && session.may('customers.read') ? api(http.GET('/v1/customers', { params: { query: { ids: named('cus_') } }, signal })) : null,
  ])
  const found = new Map<string, Holder>()
  for (const each of orders?.items ?? []) found.set(each.id, { name: [each.label, each.customer_name].filter(Boolean).join(' · '), to: `/orders/${each.id}` })
  for (const each of people?.items ?? []) found.set(each.id, { name: each.name, to: null })
  return found
}
