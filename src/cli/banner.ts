/** What a start prints once the server is ready. */
import { styleText } from 'node:util'
import { weakEnvironment } from '../auth/environment-keys.ts'
import type { Config } from '../config/config.ts'
import { type Section, sectionsOf } from '../config/source-sections.ts'
import { version } from '../config/version.ts'
import type { ServerPorts } from '../processes/server-ports.ts'

interface BannerFacts {
  readonly config: Config
  readonly urls: Record<string, string>
  readonly ports: ServerPorts
  readonly demo: boolean
  /** Of the setup link; undefined once there is an administrator. */
  readonly secret: string | undefined
  readonly ms: number
  readonly unbuilt: string | undefined
  readonly waiting: readonly string[]
  readonly file: string | undefined
}

export function banner({ config, urls, ports, demo, secret, ms, unbuilt, waiting, file }: BannerFacts): string {
  const lines: [string, string][] = []
  if (urls['web']) {
    lines.push(['Page', `${urls['web']}/`])
    lines.push(['Desk', `${urls['web']}/desk`])
    if (secret !== undefined)
      lines.push(['Setup', `${urls['web']}/setup?key=${secret}  (one-time link for the first administrator, 1 h)`])
    lines.push(['API', `${urls['web']}/docs`])
  }
  for (const section of sectionsOf(config)) lines.push(...sourceLines(section, urls))
  lines.push(['Data', config.data])
  if (file) lines.push(['Config', file])
  const moved = Object.entries({ ...ports.bound, ...ports.udp }).flatMap(([use, { movedFrom, port }]) =>
    movedFrom ? [`port ${movedFrom} is taken; ${use} moved to ${port}`] : [],
  )
  return [
    '',
    `  ${styleText('bold', 'Baykeeper')} ${version}  ready in ${Math.round(ms)} ms`,
    '',
    ...lines.map(([name, value]) => `  ${styleText('dim', name.padEnd(7))} ${value}`),
    '',
    ...(demo
      ? [`  ${styleText('yellow', 'Simulated city')}: it ends with the first ingest token, source or real reading.`]
      : []),
    ...(demo ? ['  Connect your own sensor:  ./bin/baykeeper token create --source my-gateway'] : []),
    ...moved.map((line) => `  ! ${line}`),
    ...weakEnvironment().map((line) => `  ! ${line} before anything but this machine can reach it`),
    ...(unbuilt ? [`  ! ${unbuilt}`] : []),
    ...(waiting.length > 0
      ? [`  ! waiting for the database: ${waiting.join(' and ')}; readings are taken in and kept safe meanwhile`]
      : []),
    '',
  ].join('\n')
}

/** The URL of a listening source, or the lines that another opens itself. */
function sourceLines({ source, settings }: Section, urls: Readonly<Record<string, string>>): [string, string][] {
  const { key, bannerName, listen } = source
  if (!listen) return (source.lines?.(settings) ?? []).map((line) => [bannerName, line])
  return urls[key] === undefined ? [] : [[bannerName, `${urls[key]}${listen.path ?? ''}`]]
}
