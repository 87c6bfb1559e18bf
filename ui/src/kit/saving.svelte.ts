import { asProblem, type Problem } from '../platform/problem'
import { sentence } from './toasts.svelte'

type Source = {
  /** What is typed, as plain data. */
  form: () => unknown
  /** What is wrong with it, by field. */
  wrong: () => Record<string, string | undefined>
  /** Which field of the form a refusal is about; '' for the whole. */
  fieldOf: (problem: Problem) => string
}

/** How a long form is saved: whether it is, what stands in the way of it, and where that is told. */
export class Saving {
  busy = $state(false)
  tried = $state(false)
  problem = $state.raw<Problem | null>(null)
  readonly #source: Source
  #saved = $state('')
  readonly dirty: boolean = $derived.by(() => JSON.stringify(this.#source.form()) !== this.#saved)
  /** The field that the last refusal is about. */
  readonly refused: string = $derived.by(() => (this.problem ? this.#source.fieldOf(this.problem) : ''))

  constructor(source: Source) {
    this.#source = source
    this.#saved = JSON.stringify(source.form())
  }

  /** What is in the form now is how it was read: nothing of it was typed. */
  settle(): void {
    this.#saved = JSON.stringify(this.#source.form())
  }

  /** What is wrong with a field: before the first try only what has been typed is blamed. */
  error(field: string, typed: string): string | null {
    const blamed = this.tried || (this.dirty && typed !== '')
    return (blamed ? this.#source.wrong()[field] : undefined) ?? (this.problem && this.refused === field ? sentence(this.problem) : null)
  }

  /** Saves by `work`; where something is wrong, the first such field takes the focus instead. */
  async save(event: SubmitEvent & { currentTarget: HTMLFormElement }, work: () => Promise<void>): Promise<void> {
    event.preventDefault()
    this.tried = true
    const form = event.currentTarget
    if (this.busy || Object.keys(this.#source.wrong()).length > 0) {
      requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
      return
    }
    this.busy = true
    this.problem = null
    try {
      await work()
      this.#saved = JSON.stringify(this.#source.form())
      this.tried = false
    } catch (failure) {
      this.problem = asProblem(failure)
    } finally {
      this.busy = false
    }
  }
}
