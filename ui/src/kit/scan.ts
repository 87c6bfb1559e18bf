/** A scanner's keys follow one another within milliseconds, on a busy till within tens; no typist keeps that up. */
const GAP_MS = 90
const SHORTEST = 4

const isEditable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/**
 * Hears a keyboard-wedge scanner anywhere on the page: fast keys ended by Enter are a scan, with or without focus on
 * a button. What is typed into a field is left to the field. Returns how to stop.
 */
export function listenForScans(onscan: (code: string) => void): () => void {
  let buffer = ''
  let last = 0

  function heard(event: KeyboardEvent): void {
    if (isEditable(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.timeStamp - last > GAP_MS) buffer = ''
    last = event.timeStamp
    if (event.key === 'Enter') {
      if (buffer.length < SHORTEST) return
      // Enter must not also press the button that happens to have the focus.
      event.preventDefault()
      event.stopPropagation()
      const code = buffer
      buffer = ''
      onscan(code)
    } else if (event.key.length === 1) {
      buffer += event.key
    }
  }

  addEventListener('keydown', heard, { capture: true })
  return () => removeEventListener('keydown', heard, { capture: true })
}
