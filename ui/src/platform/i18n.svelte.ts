import { Catalog, isLanguage, loadCatalog, type Key, type Language, type Params } from './catalog'

export { isLanguage, LANGUAGES, type Key, type Language } from './catalog'

const STORED = 'portico.language'
let catalog = $state.raw(new Catalog('en', {}))

/** The language the reader chose on this device, else the first of her browser's that we speak. */
export function preferredLanguage(): Language {
  const stored = localStorage.getItem(STORED)
  if (isLanguage(stored)) return stored
  return navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en'
}

export async function loadLanguage(next: Language): Promise<void> {
  catalog = await loadCatalog(next)
  document.documentElement.lang = next
}

export async function chooseLanguage(next: Language): Promise<void> {
  localStorage.setItem(STORED, next)
  await loadLanguage(next)
}

export function currentLanguage(): Language {
  return catalog.language
}

/** The sentence of `key` in the current language; a screen that shows it changes with the language. */
export function t(key: Key, params?: Params): string {
  return catalog.say(key, params)
}

/** The sentence of a key that the server's data names, or `otherwise` if this version of the screen does not know it. */
export function said(key: string, otherwise: string): string {
  const sentence = catalog.say(key as Key)
  return sentence === key ? otherwise : sentence
}
