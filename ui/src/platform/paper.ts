/** Documents on paper: a receipt printer that is plugged in here takes its bytes as they are; else the browser prints the page. */
import { asProblem } from './problem'

type Serial = { open: (options: { baudRate: number }) => Promise<void>; close: () => Promise<void>; writable: WritableStream<Uint8Array> | null }
type Endpoint = { direction: string; type: string; endpointNumber: number }
type Usb = {
  open: () => Promise<void>
  close: () => Promise<void>
  selectConfiguration: (value: number) => Promise<void>
  claimInterface: (number: number) => Promise<void>
  transferOut: (endpoint: number, data: BufferSource) => Promise<unknown>
  configuration: unknown
  configurations: { interfaces: { interfaceNumber: number; alternate: { interfaceClass: number; endpoints: Endpoint[] } }[] }[]
}
type Ports = { serial?: { getPorts: () => Promise<Serial[]> }; usb?: { getDevices: () => Promise<Usb[]> } }

const PRINTER_CLASS = 7
const BAUD = 9600

/** Sends bytes to the first printer this browser was allowed to use. False where there is none. */
async function toPrinter(bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const { serial, usb } = navigator as unknown as Ports
  for (const device of (await usb?.getDevices()) ?? []) if (await throughUsb(device, bytes)) return true
  const [port] = (await serial?.getPorts()) ?? []
  if (!port) return false
  await port.open({ baudRate: BAUD })
  try {
    const writer = port.writable?.getWriter()
    await writer?.write(bytes)
    await writer?.close()
    return Boolean(writer)
  } finally {
    await port.close()
  }
}

async function throughUsb(device: Usb, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const found = device.configurations[0]?.interfaces.find((each) => each.alternate.interfaceClass === PRINTER_CLASS)
  const out = found?.alternate.endpoints.find((each) => each.direction === 'out' && each.type === 'bulk')
  if (!found || !out) return false
  await device.open()
  try {
    if (!device.configuration) await device.selectConfiguration(1)
    await device.claimInterface(found.interfaceNumber)
    await device.transferOut(out.endpointNumber, bytes)
    return true
  } finally {
    await device.close()
  }
}

/** Whether a receipt printer is plugged in that this browser may use already. */
export async function hasPrinter(): Promise<boolean> {
  const { serial, usb } = navigator as unknown as Ports
  return ((await usb?.getDevices()) ?? []).length + ((await serial?.getPorts()) ?? []).length > 0
}

/** Prints a document on the receipt printer; where that is not to be had, `page` opens and the browser prints it. */
export async function printDocument(documentId: string, page: string): Promise<void> {
  try {
    if (await hasPrinter()) {
      const answer = await fetch(`/v1/documents/${encodeURIComponent(documentId)}.escpos`)
      if (answer.ok && (await toPrinter(new Uint8Array(await answer.arrayBuffer())))) return
    }
  } catch (failure) {
    console.warn(asProblem(failure))
  }
  printPage(page)
}

/** Opens a page that prints, and asks the browser to print it. */
export function printPage(path: string): void {
  const page = window.open(path, '_blank')
  page?.addEventListener('load', () => page.print())
}
