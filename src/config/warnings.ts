/** What of the configuration has no effect, or not the one that was meant. Nothing here keeps a server from starting. */
import type { LoadedConfig } from './config.ts'
import { environmentNames } from './overrides.ts'

/** Read elsewhere than in the configuration. */
export const otherVariables = ['CONFIG', 'INGEST_TOKEN', 'API_KEY', 'OIDC_SECRET', 'FAIL_POINTS'].map(
  (name) => `BAYKEEPER_${name}`,
)
/** Of the tests and benchmarks. */
const foreignPrefixes = ['BAYKEEPER_TEST_', 'BAYKEEPER_BENCH_']

export function environmentWarnings(env: Readonly<Record<string, string | undefined>> = process.env): string[] {
  const known = new Set([...environmentNames, ...otherVariables])
  return Object.keys(env)
    .filter((name) => name.startsWith('BAYKEEPER_') && !known.has(name))
    .filter((name) => !foreignPrefixes.some((prefix) => name.startsWith(prefix)))
    .map((name) => `${name} is set and is not a variable of baykeeper: it has no effect`)
}

/** `sites`: ids of the layout in the database; undefined where there is none to compare with. */
export function siteWarnings({ config, locate }: LoadedConfig, sites: readonly string[] | undefined): string[] {
  const named = Object.keys(config.forecast.sites ?? {})
  if (named.length === 0) return []
  if (sites === undefined)
    return ['forecast.sites cannot be compared with the layout: none can be read from the database now']
  return named
    .filter((id) => !sites.includes(id))
    .map(
      (id) =>
        `${locate(['forecast', 'sites', id])}: forecast.sites.${id}: the layout has no such site; it has ${sites.length > 0 ? sites.join(', ') : 'none'}`,
    )
}
