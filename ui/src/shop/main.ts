import '../kit/fonts.css'
import '../kit/tokens.css'
import '../kit/base.css'
import './shop.css'
import { applyTheme, chooseTheme, currentTheme, type Theme } from '../platform/theme'
import { BasketCount, enhanceAddForms, LiveBasket } from './basket'
import { AskAgain, Card, CardProof, sendOnce } from './card'
import { KeptUntil, Whereabouts } from './checkout'
import { Region } from './region'
import { LiveStock, StorePicker } from './stock'
import { WalletCode } from './wallet'

// Every page works without this script; each part below only spares a reload or shows what happens meanwhile.
applyTheme()
enhanceAddForms()
sendOnce()
customElements.define('portico-ask-again', AskAgain)
customElements.define('portico-basket-count', BasketCount)
customElements.define('portico-card', Card)
customElements.define('portico-card-proof', CardProof)
customElements.define('portico-kept-until', KeptUntil)
customElements.define('portico-live-basket', LiveBasket)
customElements.define('portico-live-region', Region)
customElements.define('portico-live-stock', LiveStock)
customElements.define('portico-store-picker', StorePicker)
customElements.define('portico-wallet-code', WalletCode)
customElements.define('portico-whereabouts', Whereabouts)

for (const choice of document.querySelectorAll<HTMLSelectElement>('select[data-theme-choice]')) {
  choice.value = currentTheme()
  choice.hidden = false
  choice.closest<HTMLElement>('[data-theme-field]')?.removeAttribute('hidden')
  choice.addEventListener('change', () => chooseTheme(choice.value as Theme))
}
document.addEventListener('change', (event) => {
  const field = event.target
  if (field instanceof HTMLElement && field.closest('[data-autosubmit]')) field.closest('form')?.requestSubmit()
})
// The plain button of such a form is only for readers without this script.
for (const button of document.querySelectorAll<HTMLElement>('[data-autosubmit] button')) button.hidden = true
