/**
 * The configuration as it may be shown and passed on: without passwords, and without what stands in an address for one. Files of secrets are
 * named and not read.
 */
const hidden = '***'
/** Names of settings that hold a secret themselves. */
const secretNames = new Set(['password', 'secret', 'token', 'key', 'apiKey', 'pass'])
/** Persons, and what is the only secret of a channel: hidden below `channels`. */
const channelNames = new Set(['to', 'from', 'user', 'topic'])
/** Settings that are names of files and not what they hold. */
const isFile = (name: string) => name.endsWith('File')

export function redacted<T>(config: T): T {
  return walk(config, []) as T
}

function walk(value: unknown, path: readonly string[]): unknown {
  const name = path.at(-1) ?? ''
  const isHidden = secretNames.has(name) || (path.includes('channels') && path.some((one) => channelNames.has(one)))
  if (typeof value === 'string') return isHidden ? hidden : isFile(name) ? value : redactedText(value, path)
  if (Array.isArray(value)) return value.map((item) => walk(item, path))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner, [...path, key])]))
}

const addressForm = /^[a-z][a-z0-9+.-]*:\/\//i

/** The path of an address that messages are sent to is often its only secret. */
const redactedText = (text: string, path: readonly string[]): string =>
  addressForm.test(text) ? redactedAddress(text, path.includes('channels') || path.includes('pull')) : text

/** Text that is no valid address too: it may be one with a fault in it. */
function redactedAddress(text: string, isPathSecret: boolean): string {
  const [, scheme = '', rest = ''] = /^([^:]*:\/\/)(.*)$/s.exec(text) ?? []
  // The last "@" before the query: one in a password may not have been written as %40.
  const [place = '', query] = split(rest, /[?#]/)
  const at = place.lastIndexOf('@')
  const user =
    at < 0 ? '' : `${place.slice(0, at).split(':', 1)[0]}${place.slice(0, at).includes(':') ? `:${hidden}` : ''}@`
  const [host = '', path] = split(place.slice(at + 1), /\//)
  const shownPath = path === undefined || path === '/' || !isPathSecret ? (path ?? '') : `/${hidden}`
  return `${scheme}${user}${host}${shownPath}${query === undefined ? '' : redactedQuery(query)}`
}

/** Names stay, values go, but for those that decide how a connection is made. */
const redactedQuery = (query: string): string =>
  query.replace(/([?&#])([^=&#]*)=([^&#]*)/g, (all, sign: string, name: string) =>
    plainParameters.has(name) ? all : `${sign}${name}=${hidden}`,
  )

const plainParameters = new Set(['tls', 'tls-ca'])

/** The text before the first sign, and the rest with it. */
function split(text: string, sign: RegExp): [string, string | undefined] {
  const at = text.search(sign)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at)]
}
