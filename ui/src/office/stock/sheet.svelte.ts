import { tick } from 'svelte'

export type Spot = { row: number; column: number }

/** Where one is in a grid and what is chosen of it: keys as spreadsheets have them. Knows no data. */
export class Sheet {
  active = $state.raw<Spot>({ row: 0, column: 0 })
  anchor = $state.raw<Spot>({ row: 0, column: 0 })
  /** What is being typed into the active cell; null while nothing is. */
  typing = $state<string | null>(null)
  readonly #size: () => { rows: number; columns: number }
  readonly #elementOf: (spot: Spot) => HTMLElement | null
  readonly #commit: (spot: Spot, text: string) => void

  constructor(source: {
    size: () => { rows: number; columns: number }
    elementOf: (spot: Spot) => HTMLElement | null
    commit: (spot: Spot, text: string) => void
  }) {
    this.#size = source.size
    this.#elementOf = source.elementOf
    this.#commit = source.commit
  }

  get from(): Spot {
    return { row: Math.min(this.active.row, this.anchor.row), column: Math.min(this.active.column, this.anchor.column) }
  }

  get to(): Spot {
    return { row: Math.max(this.active.row, this.anchor.row), column: Math.max(this.active.column, this.anchor.column) }
  }

  isActive(row: number, column: number): boolean {
    return this.active.row === row && this.active.column === column
  }

  isChosen(row: number, column: number): boolean {
    const { from, to } = this
    return row >= from.row && row <= to.row && column >= from.column && column <= to.column
  }

  go(row: number, column: number, extend = false): void {
    const { rows, columns } = this.#size()
    if (rows === 0 || columns === 0) return
    this.active = { row: Math.max(0, Math.min(rows - 1, row)), column: Math.max(0, Math.min(columns - 1, column)) }
    if (!extend) this.anchor = this.active
    void this.#focus()
  }

  edit(text: string): void {
    this.typing = text
  }

  /** Gives what was typed to whoever keeps the numbers. */
  finish(): void {
    if (this.typing === null) return
    const text = this.typing
    this.typing = null
    this.#commit(this.active, text)
  }

  /** True if the key meant something here. `shown` is what the active cell holds, for editing it. */
  press(event: KeyboardEvent, shown: string, mayEdit: boolean): boolean {
    const { row, column } = this.active
    if (this.typing !== null) return this.#pressTyping(event)
    if (event.altKey) return false
    const far = event.ctrlKey || event.metaKey
    const { rows, columns } = this.#size()
    const steps: Record<string, [number, number]> = {
      ArrowUp: [far ? 0 : row - 1, column],
      ArrowDown: [far ? rows - 1 : row + 1, column],
      ArrowLeft: [row, far ? 0 : column - 1],
      ArrowRight: [row, far ? columns - 1 : column + 1],
      PageUp: [row - 10, column],
      PageDown: [row + 10, column],
      Home: [far ? 0 : row, 0],
      End: [far ? rows - 1 : row, columns - 1],
    }
    const step = steps[event.key]
    if (step) {
      this.go(step[0], step[1], event.shiftKey)
      return true
    }
    if (far) {
      if (event.key.toLowerCase() !== 'a') return false
      this.anchor = { row: 0, column: 0 }
      this.go(rows - 1, columns - 1, true)
      return true
    }
    if (event.key === 'Escape' && (this.from.row !== this.to.row || this.from.column !== this.to.column)) {
      this.go(row, column)
      return true
    }
    if (!mayEdit) return false
    if (event.key === 'Enter' || event.key === 'F2') this.edit(shown)
    else if (event.key === 'Delete' || event.key === 'Backspace') this.edit('')
    else if (/^[\d-]$/.test(event.key)) this.edit(event.key)
    else return false
    return true
  }

  #pressTyping(event: KeyboardEvent): boolean {
    const { row, column } = this.active
    if (event.key === 'Escape') {
      this.typing = null
      void this.#focus()
    } else if (event.key === 'Enter' || event.key === 'Tab') {
      this.finish()
      const back = event.shiftKey ? -1 : 1
      if (event.key === 'Enter') this.go(row + back, column)
      else this.go(row, column + back)
    } else return false
    return true
  }

  async #focus(): Promise<void> {
    await tick()
    const cell = this.#elementOf(this.active)
    cell?.focus({ preventScroll: true })
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
}
