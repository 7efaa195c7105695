/**
 * What a person who helps needs to know of a server, as one zip: findings, the configuration without secrets, figures, and which files there are. It
 * holds no reading, no name of a person and no secret: what is known to be one is taken out of every text at the end too.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { openKeyring } from '../auth/keyring.ts'
import type { LoadedConfig } from '../config/config.ts'
import { redacted } from '../config/redacted.ts'
import { version } from '../config/version.ts'
import type { Finding } from '../lib/finding.ts'
import type { Ready } from './place.ts'

const askMs = 5_000
const filesMax = 5_000
const hidden = '***'
/** Shorter values would be found in words that are no secret. */
const secretCharsMin = 6

interface BundleFacts {
  readonly loaded: LoadedConfig
  readonly findings: readonly Finding[]
  readonly running: Ready | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Refuses to write over a file. */
export async function writeBundle(file: string, facts: BundleFacts): Promise<void> {
  const texts = await textsOf(facts)
  const clean = cleaner(secretsOf(facts))
  const entries = Object.entries(texts).map(([name, text]) => [name, strToU8(clean(text))] as const)
  await writeFile(file, zipSync(Object.fromEntries(entries)), { mode: 0o600, flag: 'wx' })
}

async function textsOf({ loaded, findings, running, env }: BundleFacts): Promise<Record<string, string>> {
  const { config, origins, file } = loaded
  using keyring = await openKeyring(config.data, env)
  const keys = keyring.list().map(({ hash: _hash, ...key }) => key)
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
  const { platform, arch, versions, uptime } = process
  return {
    'about.json': json({
      version,
      node: versions.node,
      platform,
      arch,
      file: file ?? null,
      upSeconds: Math.round(uptime()),
    }),
    'findings.json': json(findings),
    'configuration.json': json(redacted(config)),
    'origins.json': json(Object.fromEntries(origins)),
    // Names only: values of variables are secrets as often as not.
    'environment.json': json(Object.keys(env).filter((name) => name.startsWith('BAYKEEPER_'))),
    'keys.json': json(keys),
    'files.json': json(filesIn(config.data)),
    ...(await answersOf(running)),
  }
}

/** What the server shows without a sign-in. */
async function answersOf(running: Ready | undefined): Promise<Record<string, string>> {
  if (!running?.web) return {}
  const ask = async (name: string, route: string): Promise<[string, string]> => {
    try {
      const answer = await fetch(`${running.web}${route}`, { signal: AbortSignal.timeout(askMs) })
      return [name, `${answer.status}\n${await answer.text()}\n`]
    } catch (fault) {
      return [name, `no answer: ${(fault as Error).message}\n`]
    }
  }
  return Object.fromEntries(
    await Promise.all([ask('readyz.txt', '/readyz'), ask('healthz.txt', '/healthz'), ask('metrics.txt', '/metrics')]),
  )
}

function filesIn(dir: string): { readonly name: string; readonly bytes: number; readonly mode: string }[] {
  try {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .slice(0, filesMax)
      .flatMap((name) => {
        const found = statSync(path.join(dir, name), { throwIfNoEntry: false })
        return found?.isFile() ? [{ name, bytes: found.size, mode: (found.mode & 0o777).toString(8) }] : []
      })
  } catch {
    // There is no data directory before the first start.
    return []
  }
}

/** Every secret that the configuration, its files and the environment give to the server. */
function secretsOf({ loaded: { config }, env }: BundleFacts): ReadonlySet<string> {
  const found = new Set<string>()
  const add = (text: string | undefined) => {
    const secret = text?.trim() ?? ''
    for (const one of [secret, encodeURIComponent(secret)]) if (one.length >= secretCharsMin) found.add(one)
  }
  const addAddress = (text: string) => {
    const url = URL.parse(text)
    if (url) for (const part of [url.password, decoded(url.password), ...url.searchParams.values()]) add(part)
  }
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('BAYKEEPER_') || value === undefined) continue
    if (/TOKEN|KEY|SECRET|PASSWORD/.test(name) && !name.endsWith('_FILE')) add(value)
    addAddress(value)
  }
  const walk = (value: unknown, name: string) => {
    if (typeof value === 'string') {
      if (/password|secret/i.test(name)) add(name.endsWith('File') ? contentOf(value) : value)
      addAddress(value)
    } else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, Array.isArray(value) ? name : key)
  }
  walk(config, '')
  return found
}

const cleaner = (secrets: ReadonlySet<string>) => (text: string) =>
  [...secrets].reduce((left, secret) => left.replaceAll(secret, hidden), text)

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // It is no percent-encoding: it stands for itself.
    return text
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // A secret that cannot be read is in no text either.
    return undefined
  }
}
