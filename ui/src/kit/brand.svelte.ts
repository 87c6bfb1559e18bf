import { api, http } from '../platform/api'

export type BrandName = { name: string; tagline: string }
let current = $state.raw<BrandName>({ name: 'Portico', tagline: '' })
let asked = false

/** The brand whose face this is; the house's own name until the server has told it. */
export function brand(): BrandName {
  if (!asked) {
    asked = true
    // Colours come from /brand.css, so a face without this answer is only nameless.
    api(http.GET('/v1/brand')).then(
      (found) => (current = found),
      () => undefined,
    )
  }
  return current
}
