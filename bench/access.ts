/**
 * What it costs that a request proves who sends it: the same list of sites, open without a key, with an API key and with the session of a person; in
 * turn, over one kept connection each, in one process. The keyring and the accounts hold as many as a large installation.
 */
import http from 'node:http'
import { apiUnderTest, layoutOf, signedIn } from '../src/api/testing/api-under-test.ts'

const isQuick = process.argv.includes('--quick')
const requests = isQuick ? 2_000 : 20_000
const warmUp = 500
const keys = 200

await using api = await apiUnderTest({ layout: layoutOf(Array.from({ length: 200 }, (_, i) => `A-${i}`)) })
const base = await api.listen()
for (let i = 1; i < keys; i++) await api.keyring.createToken({ name: `key-${i}`, kind: 'api' })
const key = await api.keyring.createToken({ name: 'board', kind: 'api', sites: ['south'] })
const ways = [
  { name: 'open', path: '/public/sites', headers: {} },
  { name: 'API key', path: '/api/v1/sites', headers: { authorization: `Bearer ${key}` } },
  { name: 'session', path: '/api/v1/sites', headers: signedIn(api, 'viewer') },
].map((way) => ({ ...way, agent: new http.Agent({ keepAlive: true, maxSockets: 1 }), took: [] as number[] }))

const ask = ({ path, headers, agent }: (typeof ways)[number]) =>
  new Promise<number>((resolve, reject) => {
    const began = performance.now()
    http
      .get(`${base}${path}`, { headers, agent }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`${path} answered ${response.statusCode}`))
        response.resume().on('end', () => resolve(performance.now() - began))
      })
      .on('error', reject)
  })

for (let i = 0; i < requests + warmUp; i++)
  for (const way of ways) {
    const took = await ask(way)
    if (i >= warmUp) way.took.push(took)
  }
const at = (took: readonly number[], share: number) => took[Math.floor(took.length * share)] as number
const open = ways[0]?.took.sort((a, b) => a - b) ?? []
console.log(`${requests} requests each, in turn; ${keys} keys. Milliseconds, with the difference to the open one.`)
for (const { name, took, agent } of ways) {
  took.sort((a, b) => a - b)
  const figures = [0.5, 0.99].map((share) => {
    const more = at(took, share) - at(open, share)
    return `p${share * 100} ${at(took, share).toFixed(3)}${name === 'open' ? '' : ` (${more < 0 ? '' : '+'}${more.toFixed(3)})`}`
  })
  console.log(`${name.padEnd(8)} ${figures.join('  ')}`)
  agent.destroy()
}
