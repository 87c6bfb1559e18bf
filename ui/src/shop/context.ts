import { Catalog, isLanguage, loadCatalog, type Key, type Params } from '../platform/catalog'
import { configure, send } from '../platform/http'
import { Live } from '../platform/live'
import { Problem } from '../platform/problem'

configure({ channel: 'web', language: () => document.documentElement.lang || 'en' })

/** The page's one listener for facts. */
export const stream = new Live('web')

/** The market whose prices, stores and basket the page shows. */
export const market = (): string => document.documentElement.dataset['market'] ?? ''

// The server has already chosen the language of the page; its few live sentences follow.
let catalog: Promise<Catalog> | undefined
export async function say(key: Key, params?: Params): Promise<string> {
  const { lang } = document.documentElement
  catalog ??= loadCatalog(isLanguage(lang) ? lang : 'en')
  return (await catalog).say(key, params)
}

/** A call of the API by a shop page. Returns undefined for "no content"; throws `Problem` for a refusal. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T | undefined> {
  const response = await send(
    new Request(new URL(path, location.origin), {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    }),
  )
  return response.status === 204 ? undefined : ((await response.json()) as T)
}

let region: HTMLElement | undefined
let hiding = 0

/** Tells the reader something at the foot of the page, to eyes and to screen readers, for a few seconds. */
export function announce(text: string, options: { tone?: 'good' | 'bad'; link?: { href: string; text: string } } = {}): void {
  region ??= document.body.appendChild(
    Object.assign(document.createElement('div'), { className: 'shop-toast', role: 'status', ariaLive: 'polite' }),
  )
  const message = Object.assign(document.createElement('span'), { textContent: text })
  region.replaceChildren(message)
  if (options.link) {
    region.append(Object.assign(document.createElement('a'), { href: options.link.href, textContent: options.link.text }))
  }
  region.dataset['tone'] = options.tone ?? 'good'
  region.classList.add('shown')
  clearTimeout(hiding)
  hiding = window.setTimeout(() => region?.classList.remove('shown'), 5000)
}

export async function announceProblem(error: unknown): Promise<void> {
  const detail = error instanceof Problem ? error.detail : ''
  const offline = error instanceof Problem && error.isOffline
  announce(detail || (await say(offline ? 'problem.offline' : 'problem.unexpected')), { tone: 'bad' })
}
