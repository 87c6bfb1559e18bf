import createClient from 'openapi-fetch'
import { send } from './http'
import type { paths } from './types'

const client = createClient<paths>({ baseUrl: location.origin, fetch: send })

type Result = { data?: unknown }
type Data<R> = R extends { data: infer D; error?: never } ? D : never

/**
 * The typed client. Its answers are values: whatever is not a success is thrown as a `Problem`.
 *
 *     const cart = await api(client.GET('/v1/carts/{cart_id}', { params: { path: { cart_id: id } } }))
 */
async function value<R extends Result>(answer: Promise<R>): Promise<Data<R>> {
  return (await answer).data as Data<R>
}

export { client as http, value as api }
