/** What of an order is still to be sent, and from where. */
import type { Order } from '../../platform/types'

export type Part = { location_id: string; location_name: string; line_id: string; title: string; units: number; scale: number; unit: string }

export function toSend(order: Order): Part[] {
  return order.lines.flatMap((line) =>
    line.fulfillment
      .filter((each) => each.method === 'ship' && each.fulfilled < each.quantity && each.location_id)
      .map((each) => ({
        location_id: each.location_id ?? '', location_name: each.location_name, line_id: line.id, title: line.title, units: each.quantity - each.fulfilled, scale: line.scale, unit: line.unit,
      })),
  )
}
