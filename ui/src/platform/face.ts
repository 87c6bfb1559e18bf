import { mount, type Component } from 'svelte'
import '../kit/fonts.css'
import '../kit/tokens.css'
import '../kit/base.css'
import { configure } from './http'
import { currentLanguage, loadLanguage, preferredLanguage } from './i18n.svelte'
import { startRouter } from './router.svelte'
import { session } from './session.svelte'
import { applyTheme } from './theme'

/** Starts a single-page face: its channel, the path it lives under, and how large its controls are. */
export async function startFace(
  app: Component,
  options: { channel: string; base: string; density: 'compact' | 'touch' },
): Promise<void> {
  document.documentElement.dataset['density'] = options.density
  applyTheme()
  configure({ channel: options.channel, language: currentLanguage, onSignedOut: () => session.forget() })
  startRouter(options.base)
  await Promise.all([loadLanguage(preferredLanguage()), session.load()])
  const target = document.getElementById('app')
  if (!target) throw new Error('the page has no #app')
  target.replaceChildren()
  mount(app, { target })
}
