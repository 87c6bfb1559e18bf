import { attempt, toast } from '../kit/toasts.svelte'
import { api, http } from '../platform/api'
import { t } from '../platform/i18n.svelte'

export type Handler = 'cash' | 'terminal' | 'gift_card' | 'store_credit' | 'points' | 'wallet' | 'invoice'

/** One of the things a sale is paid with, besides the cash that is on the counter at the end. */
export type Taken = { handler: Exclude<Handler, 'cash'>; amount: number; credential: string; last4: string; note: string }

/** What a sale is paid with: tenders taken so far, and what is left for cash. */
export class Tenders {
  taken = $state<Taken[]>([])

  get sum(): number {
    return this.taken.reduce((sum, each) => sum + each.amount, 0)
  }

  rest(due: number): number {
    return Math.max(0, due - this.sum)
  }

  add(one: Taken): void {
    this.taken.push(one)
  }

  remove(index: number): void {
    this.taken.splice(index, 1)
  }

  /** What goes to the server: cash last, with what lies on the counter, where anything is left for it. */
  instruments(due: number, tendered: number): { handler: string; amount?: number; tendered?: number; credential?: string; last4?: string }[] {
    const others = this.taken.map(({ handler, amount, credential, last4 }) => ({ handler, amount, credential, last4 }))
    return this.rest(due) > 0 ? [...others, { handler: 'cash', tendered }] : others
  }

  /** A gift card by its code, as much of it as is needed; null where it is none or holds nothing. */
  async giftCard(code: string, currency: string, rest: number): Promise<Taken | null> {
    const card = await attempt(() => api(http.POST('/v1/gift-cards/lookup', { body: { code } })))
    if (!card) return null
    if (card.currency !== currency || !card.balance || card.state !== 'active') {
      toast(t('tender.card_empty'), 'bad')
      return null
    }
    return { handler: 'gift_card', amount: Math.min(card.balance ?? 0, rest), credential: code, last4: card.last4, note: `···· ${card.last4}` }
  }
}
