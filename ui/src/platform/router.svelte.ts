let base = '/'
let path = $state('/')
let search = $state.raw(new URLSearchParams())

function read(): void {
  const { pathname } = window.location
  path = (pathname.startsWith(base) ? pathname.slice(base.length) : '') || '/'
  search = new URLSearchParams(window.location.search)
}

/** Starts routing below `at` ("/office"): History entries, no reload, and plain links that work. */
export function startRouter(at: string): void {
  base = at
  read()
  addEventListener('popstate', read)
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || event.defaultPrevented || event.button !== 0 || link.target || link.hasAttribute('download')) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    if (link.origin !== window.location.origin) return
    if (link.pathname !== base && !link.pathname.startsWith(`${base}/`)) return
    if (/\/receipts\//.test(link.pathname)) return
    event.preventDefault()
    go(link.pathname.slice(base.length) + link.search)
  })
}

export function currentPath(): string {
  return path
}

export function query(name: string): string {
  return search.get(name) ?? ''
}

export function href(to: string): string {
  return base + to
}

export function go(to: string, options: { replace?: boolean } = {}): void {
  history[options.replace ? 'replaceState' : 'pushState']({}, '', base + to)
  read()
}

/** Changes filters in the address, so that a view can be sent to a colleague; empty values are left out. */
export function setQuery(values: Record<string, string | null>): void {
  const next = new URLSearchParams(window.location.search)
  for (const [name, value] of Object.entries(values)) {
    if (value) next.set(name, value)
    else next.delete(name)
  }
  const text = next.toString()
  history.replaceState({}, '', window.location.pathname + (text ? `?${text}` : ''))
  read()
}

/** The parts of `pattern` ("/items/:slug") in the current path, or null if it is another page. */
export function match(pattern: string): Record<string, string> | null {
  const wanted = pattern.split('/')
  const given = path.replace(/\/$/, '').split('/')
  if (wanted.length !== given.length) return null
  const parts: Record<string, string> = {}
  for (const [index, piece] of wanted.entries()) {
    const value = given[index] ?? ''
    if (piece.startsWith(':')) parts[piece.slice(1)] = decodeURIComponent(value)
    else if (piece !== value) return null
  }
  return parts
}
