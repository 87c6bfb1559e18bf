import { attempt } from '../kit/toasts.svelte'
import { api, http } from '../platform/api'
import { hasPrinter, printDocument, printPage } from '../platform/paper'
import type { Method, Order } from '../platform/types'

/** What is still to be given out at `locationId`, per line, by one of the given methods. */
export function openLines(order: Order, locationId: string, ...methods: Method[]): { line_id: string; quantity: number }[] {
  return order.lines.flatMap((line) => {
    const quantity = line.fulfillment
      .filter((part) => methods.includes(part.method) && part.location_id === locationId)
      .reduce((sum, part) => sum + part.quantity - part.fulfilled, 0)
    return quantity > 0 ? [{ line_id: line.id, quantity }] : []
  })
}

/** Whether this is how an order is called: eight letters or digits, in two groups or not. */
export function isLabel(text: string): boolean {
  return /^[0-9A-Za-z]{4}[ -]?[0-9A-Za-z]{4}$/.test(text)
}

/** How many things `parts` are, as a cashier counts: pieces one by one, what is weighed or measured as one each. */
export function thingsIn(order: Order, parts: { line_id: string; quantity: number }[]): number {
  const scales = new Map(order.lines.map((line) => [line.id, line.scale]))
  return parts.reduce((sum, part) => sum + (scales.get(part.line_id) === 0 ? part.quantity : 1), 0)
}

/** The order's receipt on the receipt printer, if one is plugged in here; else the browser prints the page. */
export async function print(orderId: string): Promise<void> {
  const path = `/pos/receipts/${encodeURIComponent(orderId)}`
  if (!(await hasPrinter())) return printPage(path)
  const body = { type: 'receipt' as const }
  const made = await attempt(() => api(http.POST('/v1/orders/{order_id}/documents', { params: { path: { order_id: orderId } }, body })))
  if (made) await printDocument(made.id, path)
}

/** Sends the order's receipt by mail; true once it is on its way. */
export async function mailReceipt(orderId: string, to: string): Promise<boolean> {
  const body = { type: 'receipt' as const }
  const made = await attempt(() => api(http.POST('/v1/orders/{order_id}/documents', { params: { path: { order_id: orderId } }, body })))
  if (!made) return false
  const sent = await attempt(() => api(http.POST('/v1/documents/{document_id}/mail', { params: { path: { document_id: made.id } }, body: { to } })))
  return Boolean(sent)
}
