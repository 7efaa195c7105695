/** The ports of the server: that of the pages, and one for each listening source of the list that is switched on. */
import type { Config, LoadedConfig } from '../config/config.ts'
import { listeningSections } from '../config/source-sections.ts'
import { tlsOf } from '../config/tls-section.ts'
import { type BoundPort, bindPort, freeUdpPort, type PortWish } from './bound-sockets.ts'

/** By use: `web`, or the key of the source. */
export interface ServerPorts {
  readonly bound: Readonly<Record<string, BoundPort>>
  /** Free when they were looked at; the process that takes readings in binds them. */
  readonly udp: Readonly<Record<string, { readonly port: number; readonly movedFrom?: number }>>
}

/** `mayMove`: a taken port that is not set anywhere moves to the next free one. `waitMs`: a taken one is tried again for so long. */
export async function bindServerPorts(
  { config, origins }: LoadedConfig,
  mayMove: boolean,
  waitMs = 0,
): Promise<ServerPorts> {
  const bound: Record<string, BoundPort> = {}
  const udp: Record<string, { port: number; movedFrom?: number }> = {}
  const { host } = config
  const wish = (label: string, flag: string, port: number, origin: string): PortWish => ({
    ...{ label, flag, port, waitMs },
    mayMove: mayMove && !origins.has(origin),
  })
  if (config.port !== 'off') bound['web'] = await bindPort(host, wish('web', '--port', config.port, 'port'))
  for (const { source, listen, port } of listeningSections(config)) {
    if (port === 'off') continue
    const wanted = wish(listen.label, listen.flag, port, `${source.key}.port`)
    if (listen.protocol === 'tcp') bound[source.key] = await bindPort(host, wanted)
    else udp[source.key] = await freeUdpPort(host, wanted)
  }
  return { bound, udp }
}

/** Scheme of a listener that speaks TLS, by that of one that does not. */
const tlsSchemes: Readonly<Record<string, string>> = { http: 'https', mqtt: 'mqtts', tcp: 'tls' }

/** URLs for people, by use. `udpPorts`: as they are bound; a UDP source without one has no URL yet. */
export function urlsOf(
  config: Config,
  ports: ServerPorts,
  udpPorts: Readonly<Record<string, number>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(localUrlsOf(config, ports, udpPorts)).map(([use, url]) => [
      use,
      tlsOf(config, use) ? url.replace(/^\w+/, (scheme) => tlsSchemes[scheme] ?? scheme) : url,
    ]),
  )
}

/** The same for programs on this machine, which need no TLS. */
export function localUrlsOf(
  config: Config,
  { bound }: ServerPorts,
  udpPorts: Readonly<Record<string, number>>,
): Record<string, string> {
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const urls: Record<string, string> = {}
  if (bound['web']) urls['web'] = `http://${host}:${bound['web'].port}`
  for (const { source, listen } of listeningSections(config)) {
    const port = listen.protocol === 'tcp' ? bound[source.key]?.port : udpPorts[source.key]
    if (port !== undefined) urls[source.key] = `${listen.scheme}://${host}:${port}`
  }
  return urls
}

export const descriptorsOf = ({ bound }: ServerPorts): Record<string, number> =>
  Object.fromEntries(Object.entries(bound).map(([use, { fd }]) => [use, fd]))

export const udpPortsOf = ({ udp }: ServerPorts): Record<string, number> =>
  Object.fromEntries(Object.entries(udp).map(([use, { port }]) => [use, port]))
