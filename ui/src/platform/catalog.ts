import type en from '../../locales/en.json'
import type es from '../../locales/es.json'
import type it from '../../locales/it.json'
import type ru from '../../locales/ru.json'

export type Key = keyof typeof en
export type Params = Record<string, string | number>
export const LANGUAGES = { en: 'English', es: 'Español', it: 'Italiano', ru: 'Русский' } as const
export type Language = keyof typeof LANGUAGES

// The type checker refuses a language that lacks a key; locales/check.mjs looks at plural forms and placeholders.
type Complete = Record<Key, unknown>
type Checked<T extends Complete> = T
export type EveryLanguage = [Checked<typeof es>, Checked<typeof it>, Checked<typeof ru>]

type Table = Partial<Record<Key, string | Record<string, string>>>
const LOADERS: Record<Language, () => Promise<{ default: unknown }>> = {
  en: () => import('../../locales/en.json'),
  es: () => import('../../locales/es.json'),
  it: () => import('../../locales/it.json'),
  ru: () => import('../../locales/ru.json'),
}

/** The sentences of one language. */
export class Catalog {
  readonly language: Language
  readonly #table: Table
  readonly #plurals: Intl.PluralRules
  readonly #numbers: Intl.NumberFormat

  constructor(language: Language, table: Table) {
    this.language = language
    this.#table = table
    this.#plurals = new Intl.PluralRules(language)
    this.#numbers = new Intl.NumberFormat(language)
  }

  /** The sentence of `key`; `count` chooses its plural form, `{name}` stands for `params.name`. */
  say(key: Key, params: Params = {}): string {
    const entry = this.#table[key]
    if (entry === undefined) return key
    const form = typeof entry === 'string' ? entry : entry[this.#plurals.select(Number(params['count'] ?? 0))]
    const sentence = form ?? (typeof entry === 'string' ? entry : entry['other']) ?? key
    return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = params[name]
      if (value === undefined) return whole
      return typeof value === 'number' ? this.#numbers.format(value) : value
    })
  }
}

export function isLanguage(code: string | null | undefined): code is Language {
  return code != null && Object.hasOwn(LANGUAGES, code)
}

export async function loadCatalog(language: Language): Promise<Catalog> {
  return new Catalog(language, (await LOADERS[language]()).default as Table)
}
