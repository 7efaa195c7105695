/** What the public is shown of each site: read and changed by an administrator. */
import type { PublicAccessSettings } from '@baykeeper/contract/public-access.ts'
import type { publicAccessRoutes } from '@baykeeper/contract/routes/public-access.ts'
import { callerAddress } from '../caller-address.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'

export function publicAccessHandlers(context: RouteContext): Handlers<typeof publicAccessRoutes> {
  const { live, accounts, simulated } = context
  const { publicAccess } = accounts
  const addressOf = callerAddress(context.trustedProxies)
  const sites = () => new Map(live.floor.plan.plates.map(({ site, site_name: name }) => [site, name]))
  const settings = (): PublicAccessSettings => ({
    others: publicAccess.others(),
    sites: [...sites()].map(([id, name]) => ({
      id,
      name,
      level: publicAccess.of(id),
      own: publicAccess.own(id) !== undefined,
    })),
    simulated: simulated(),
  })
  return {
    async publicAccess() {
      await live.current()
      return settings()
    },
    async changePublicAccess({ body, principal, request }) {
      await live.current()
      const known = sites()
      const unknown = Object.keys(body.sites ?? {}).find((id) => !known.has(id) && publicAccess.own(id) === undefined)
      if (unknown !== undefined)
        throw new ProblemError(
          400,
          `body sites: there is no site ${unknown}: GET /api/v1/sites lists them. Nothing was changed.`,
          {
            code: 'E_INVALID',
          },
        )
      const { name = 'unknown', account } = principal ?? {}
      publicAccess.change(body, { name, account, address: addressOf(request) })
      return settings()
    },
  }
}
