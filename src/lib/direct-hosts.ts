/**
 * Hosts that are reached without a proxy. With NODE_USE_ENV_PROXY every request of Node goes through the proxy of the environment, those
 * to this machine too unless NO_PROXY names it; a proxy elsewhere would look for the server on its own machine.
 */
import http from 'node:http'

/** Both spellings of the IPv6 address: the clients of Node compare different ones. */
export const loopbackHosts = ['localhost', '127.0.0.1', '::1', '[::1]'] as const

/** For this process from now on, and for those it starts. Without a proxy nothing changes. */
export function keepDirect(hosts: readonly string[]): void {
  const { env } = process
  if (!usesProxy(env)) return
  const before = (env['no_proxy'] || env['NO_PROXY'] || '').split(/[\s,]+/).filter((host) => host !== '')
  const added = hosts.filter((host) => !before.includes(host))
  if (added.length === 0) return
  const list = [...before, ...added].join(',')
  env['no_proxy'] = list
  env['NO_PROXY'] = list
  http.setGlobalProxyFromEnv(env)
}

const usesProxy = (env: NodeJS.ProcessEnv): boolean =>
  env['NODE_USE_ENV_PROXY'] === '1' ||
  [...process.execArgv, ...(env['NODE_OPTIONS'] ?? '').split(/\s+/)].includes('--use-env-proxy')
