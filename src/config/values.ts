/** Rules for single values of the configuration that a type cannot express. Each returns what is wrong, or undefined. */
import { isIP } from 'node:net'
import type { Rule } from '../sources/settings.ts'
import { mysqlAddress } from '../store/engine/mysql/mysql-address.ts'

const messageOf = (fault: unknown) => (fault instanceof Error ? fault.message : String(fault))

/** A listener's address: a name, IPv4 or IPv6, without a port. */
export const hostFault: Rule = (text) =>
  isIP(text) !== 0 || isHostName(text) ? undefined : `"${text}" is not a host name or address; write one like 127.0.0.1`

/** Nothing outside this machine reaches it. */
export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** A name under which the pages are opened: as in the address bar, a port is allowed and ignored. */
export const pageHostFault: Rule = (text) => {
  const name = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(:\d{1,5})?$/i.exec(text)?.[1]?.replace(/^\[|\]$/g, '')
  return name !== undefined && (isIP(name) !== 0 || isHostName(name))
    ? undefined
    : `"${text}" is not a host name; write only the name, such as parking.example.org`
}

/** Scheme, host and perhaps a port: what a browser calls the origin of a page. It becomes part of a header. */
export const originFault: Rule = (text) =>
  /^https?:\/\//.test(text) && URL.parse(text)?.origin === text.toLowerCase()
    ? undefined
    : `"${text}" is not an origin; write scheme and host without a path, such as https://www.example.org`

/** Where people open the pages. */
export const pageUrlFault: Rule = (text) => {
  const url = URL.parse(text)
  const isPlain =
    url && /^https?:$/.test(url.protocol) && url.username === '' && url.pathname === '/' && url.search === ''
  return isPlain && url.hash === ''
    ? undefined
    : `"${text}" is not such an address; write one like https://parking.example.org`
}

const isHostName = (text: string) =>
  text.length <= 253 &&
  text
    .replace(/\.$/, '')
    .split('.')
    .every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label))

export const storeFault: Rule = (text) => {
  if (text === 'sqlite') return undefined
  if (text.startsWith('sqlite:')) return text.length > 'sqlite:'.length ? undefined : '"sqlite:" names no file'
  if (!/^(mysql|mariadb):\/\//.test(text))
    return 'must be "sqlite", "sqlite:FILE" or "mysql://user:password@host/database"'
  try {
    mysqlAddress(text)
    return undefined
  } catch (fault) {
    return messageOf(fault)
  }
}
