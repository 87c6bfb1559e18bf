import type { CustomerBrief } from '../platform/types'

const STORED = 'portico.desk.recent'
const KEPT_MAX = 8
type Recent = Pick<CustomerBrief, 'id' | 'name' | 'phone' | 'email' | 'number'>

// Of this sitting only: customers' names do not outlive the agent's tab.
let list = $state.raw<Recent[]>(JSON.parse(sessionStorage.getItem(STORED) ?? '[]') as Recent[])

export function recent(): Recent[] {
  return list
}

export function remember({ id, name, phone, email, number }: CustomerBrief): void {
  list = [{ id, name, phone, email, number }, ...list.filter((each) => each.id !== id)].slice(0, KEPT_MAX)
  sessionStorage.setItem(STORED, JSON.stringify(list))
}
