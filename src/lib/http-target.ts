/** The parts of a request's head that say for whom it is, where Node leaves the check to the server (RFC 9112, 3.2). */

/** The target without scheme and host, which a proxy may send: such a target must be accepted (3.2.2). */
export function originForm(target: string): string {
  const scheme = /^https?:\/\/[^/?#]*/i.exec(target)
  if (!scheme) return target
  const rest = target.slice(scheme[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** To be answered with 400: two servers on the way could each believe another one. */
export function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === 'host') hosts++
  return hosts > 1
}

export const twoHostsDetail = 'the request has more than one Host header; send one'
