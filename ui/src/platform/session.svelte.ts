import { api, http } from './api'
import { asProblem, type Problem } from './problem'
import { stream } from './resource.svelte'
import type { Me } from './types'

let me = $state.raw<Me | null>(null)
let problem = $state.raw<Problem | null>(null)

/** Who is signed in at this face. Null until the server has answered. */
export const session = {
  get me(): Me | null {
    return me
  },
  get problem(): Problem | null {
    return problem
  },
  get isStaff(): boolean {
    return me?.kind === 'staff'
  },
  /** Whether she may, at a location: some permissions hold at her own store only. Without one: whether she may anywhere. */
  may(permission: string, at?: string | null): boolean {
    const held = me?.permissions ?? []
    if (!held.includes(permission) && !held.includes('*')) return false
    const places = me?.permissions_at?.[permission]
    return at === undefined || places === undefined || (at !== null && places.includes(at))
  },
  enter(signedIn: Me): void {
    me = signedIn
    problem = null
    stream().reconnect()
  },
  async load(): Promise<void> {
    try {
      me = await api(http.GET('/v1/me'))
      problem = null
    } catch (error) {
      problem = asProblem(error)
    }
  },
  /** Back to the sign-in screen, because the server no longer knows who this is. */
  forget(): void {
    if (me) me = { ...me, kind: 'anonymous', permissions: [], staff: null, till: null }
  },
  async leave(): Promise<void> {
    await api(http.POST('/v1/auth/logout'))
    session.forget()
  },
}
