export type Theme = 'auto' | 'light' | 'dark'
const COOKIE = 'portico_theme'
const YEAR_SECONDS = 31_536_000

/** What the reader chose on this device. A cookie, so that the server can paint the first frame in the right theme. */
export function currentTheme(): Theme {
  const stored = new RegExp(`(?:^|; )${COOKIE}=(light|dark)`).exec(document.cookie)?.[1]
  return stored === 'light' || stored === 'dark' ? stored : 'auto'
}

export function applyTheme(theme: Theme = currentTheme()): void {
  const root = document.documentElement
  if (theme === 'auto') delete root.dataset['theme']
  else root.dataset['theme'] = theme
}

export function chooseTheme(theme: Theme): void {
  const kept = theme === 'auto' ? 0 : YEAR_SECONDS
  document.cookie = `${COOKIE}=${theme}; Path=/; Max-Age=${kept}; SameSite=Lax`
  applyTheme(theme)
}
