import { api, http } from '../platform/api'
import { basketCode } from '../platform/format'
import { Problem } from '../platform/problem'
import type { Cart, Claimed, Variant } from '../platform/types'

/** What codes on phones begin with: no barcode of goods does. */
const WALLET = 'PW.'

/** Whether a text is written as codes of gift cards are: on a receipt whose cards are being handed over, it is one. */
export function isCardCode(text: string): boolean {
  return /^[0-9A-HJKMNP-TV-Z]{4}(-?[0-9A-HJKMNP-TV-Z]{4}){3}$/i.test(text.trim())
}

export type Found = { kind: 'variant'; variant: Variant } | { kind: 'cart'; cart: Cart } | { kind: 'wallet'; claimed: Claimed } | { kind: 'nothing' }

/**
 * What a scanned or typed text means: a code on a phone, a basket's link or code, an item's GTIN or SKU, or nothing
 * known.
 *
 * A six-character SKU and a basket code look alike, so a text is taken for an item first, unless it is written as
 * codes are shown ("K7M-4QX") or as a link. Throws `Problem` for a code that is known but no longer good.
 */
export async function resolve(text: string): Promise<Found> {
  if (text.startsWith(WALLET)) return { kind: 'wallet', claimed: await api(http.POST('/v1/wallet-codes/claim', { body: { token: text } })) }
  const token = tokenIn(text)
  if (token) return { kind: 'cart', cart: await claim({ token }) }
  const code = basketCode(text)
  if (code && text.includes('-')) return { kind: 'cart', cart: await claim({ code }) }
  try {
    const variant = await api(http.GET('/v1/variants/lookup', { params: { query: { code: text } } }))
    return { kind: 'variant', variant }
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error
  }
  if (!code) return { kind: 'nothing' }
  try {
    return { kind: 'cart', cart: await claim({ code }) }
  } catch (error) {
    if (error instanceof Problem && error.code === 'baton.unknown') return { kind: 'nothing' }
    throw error
  }
}

function claim(body: { code?: string; token?: string }): Promise<Cart> {
  return api(http.POST('/v1/batons/claim', { body }))
}

/** The token of a basket's link: its `token` parameter, or the last part of its path. */
function tokenIn(text: string): string | null {
  if (!/^https?:\/\//i.test(text)) return null
  try {
    const url = new URL(text)
    return url.searchParams.get('token') ?? url.pathname.split('/').filter(Boolean).at(-1) ?? null
  } catch {
    return null
  }
}
