/** For `baykeeper doctor`: what of the configured sources can lose readings, tried beside the server, which need not run. */
import type { Config } from '../config/config.ts'
import { configuredSections } from '../config/source-sections.ts'
import { keptWarnings } from '../config/source-warnings.ts'
import type { Finding } from '../lib/finding.ts'

export async function sourceFindings(config: Config, running: boolean): Promise<Finding[]> {
  const found = await Promise.all([
    ...configuredSections(config).map(async ({ source, settings }) => (await source.preflight?.(settings)) ?? []),
    ...(running ? [warningsOf(config.data)] : []),
  ])
  const seen = new Set<string>()
  return found.flat().filter(({ what }) => !seen.has(what) && seen.add(what))
}

/** Of the running server. */
async function warningsOf(dataDir: string): Promise<Finding[]> {
  return (await keptWarnings(dataDir)).map(({ source, warning }) => ({
    level: 'warning',
    what: `${source}: ${warning}`,
  }))
}
