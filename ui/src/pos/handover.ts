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

/** Opens the printable receipt and asks the browser to print it. */
export function print(orderId: string): void {
  const page = window.open(`/pos/receipts/${encodeURIComponent(orderId)}`, '_blank')
  page?.addEventListener('load', () => page.print())
}
