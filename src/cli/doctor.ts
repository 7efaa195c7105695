/** `baykeeper doctor`: looks at everything the promise rests on; each line is good, a warning or a fault, with what to do. */
import { existsSync } from 'node:fs'
import { access, constants, mkdir, open, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { styleText } from 'node:util'
import { openKeyring } from '../auth/keyring.ts'
import { ConfigError, type LoadedConfig } from '../config/config.ts'
import { refuseFaulty } from '../config/faults.ts'
import { listeningSections } from '../config/source-sections.ts'
import { storeUrl } from '../config/store-url.ts'
import { environmentWarnings } from '../config/warnings.ts'
import { systemClock } from '../lib/clock.ts'
import type { Finding } from '../lib/finding.ts'
import { silentLog } from '../lib/log.ts'
import { type BoundPort, bindPort } from '../processes/bound-sockets.ts'
import { openStore } from '../store/engine/open.ts'
import { writeBundle } from './doctor-bundle.ts'
import { notificationFindings } from './notification-findings.ts'
import { oidcFindings } from './oidc-findings.ts'
import { exitCodes, print, type Spoken } from './output.ts'
import { type PlaceOptions, placeOf, type Ready, runningServer } from './place.ts'
import { unreadyReasons } from './server-health.ts'
import { sourceFindings } from './source-findings.ts'
import { tlsFindings } from './tls-findings.ts'

const freeShareMin = 0.2
const syncMsMax = 20

export async function doctor(options: PlaceOptions & Spoken & { readonly bundle?: string }): Promise<number> {
  const loaded = placeOf(options)
  const running = await runningServer(loaded.config.data)
  const findings = await findingsOf(loaded, running, options)
  const { bundle } = options
  if (bundle !== undefined)
    findings.push(await bundled(bundle, { loaded, findings: [...findings], running, env: process.env }))
  const faults = findings.filter(({ level }) => level === 'fault')
  const mark = { ok: styleText('green', '✓'), warning: styleText('yellow', '!'), fault: styleText('red', '✗') }
  print(
    options,
    findings,
    () => findings.map(({ level, what, fix }) => `${mark[level]} ${what}${fix ? `\n    ${fix}` : ''}`),
    { ok: faults.length === 0 },
  )
  return faults.length === 0 ? exitCodes.ok : exitCodes.failed
}

async function bundled(file: string, facts: Parameters<typeof writeBundle>[1]): Promise<Finding> {
  try {
    await writeBundle(file, facts)
    return {
      level: 'ok',
      what: `${file} was written: it holds no reading and no secret. Look into it before you pass it on`,
    }
  } catch (fault) {
    const exists = (fault as NodeJS.ErrnoException).code === 'EEXIST'
    const what = exists ? `${file} exists already` : `${file} cannot be written: ${(fault as Error).message}`
    return { level: 'fault', what, fix: 'name another file with --bundle' }
  }
}

async function findingsOf(loaded: LoadedConfig, running: Ready | undefined, options: PlaceOptions): Promise<Finding[]> {
  const { config, file } = loaded
  const findings: Finding[] = [
    { level: 'ok', what: `Node.js ${process.version}` },
    { level: 'ok', what: file ? `configuration ${file}` : 'configuration: defaults' },
  ]
  findings.push(...(await configuration(loaded)))
  findings.push(
    running
      ? { level: 'ok', what: `server runs, pid ${running.pids['main']}${running.web ? `, ${running.web}` : ''}` }
      : { level: 'ok', what: 'no server runs on this data directory' },
  )
  if (running) findings.push(...(await health(running)))
  findings.push(
    ...(await disk(config.data)),
    ...(config.archive === undefined ? [] : await archive(config.archive)),
    ...(await store(storeUrl(config, config.data))),
    ...(await keys(config.data)),
    ...tlsFindings(config),
    ...(await oidcFindings(config)),
  )
  if (!running)
    findings.push(
      ...(await ports(config.host, [
        { label: 'web', flag: '--port', port: config.port },
        ...listeningSections(config)
          .filter(({ listen }) => listen.protocol === 'tcp')
          .map(({ source, listen, port }) => ({ label: source.key, flag: listen.flag, port })),
      ])),
    )
  findings.push(
    ...(await sourceFindings(config, running !== undefined)),
    ...(await notificationFindings(options, config, running)),
  )
  return findings
}

async function health(running: Ready): Promise<Finding[]> {
  const reasons = await unreadyReasons(running)
  if (reasons === undefined)
    return [{ level: 'warning', what: 'the server has no web port: its health cannot be asked for' }]
  if (reasons.length === 0) return [{ level: 'ok', what: 'the server is ready, and processing advances' }]
  return reasons.map((what) => ({ level: 'fault', what: `the server is not ready: ${what}` }))
}

/** What `start` would refuse, and what has no effect. */
async function configuration(loaded: LoadedConfig): Promise<Finding[]> {
  const warnings = environmentWarnings().map((what) => ({ level: 'warning' as const, what }))
  try {
    await refuseFaulty(loaded)
    return warnings
  } catch (fault) {
    if (!(fault instanceof ConfigError)) throw fault
    return [...warnings, { level: 'fault', what: fault.message, fix: 'a start is refused until it is right' }]
  }
}

async function disk(dir: string): Promise<Finding[]> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const { bavail, blocks, bsize } = await statfs(dir)
    const probe = path.join(dir, `.probe-${process.pid}`)
    const file = await open(probe, 'w')
    const took: number[] = []
    for (let i = 0; i < 20; i++) {
      const began = performance.now()
      await file.write(Buffer.alloc(4_096))
      await file.datasync()
      took.push(performance.now() - began)
    }
    await file.close()
    await rm(probe)
    const median = took.sort((a, b) => a - b)[10] as number
    const share = bavail / blocks
    return [
      { level: 'ok', what: `${dir} is writable` },
      share < freeShareMin
        ? {
            level: 'warning',
            what: `${Math.round(share * 100)} % of the disk is free`,
            fix: 'below 10 % sources that can resend are refused: free some space',
          }
        : { level: 'ok', what: `${((bavail * bsize) / 1e9).toFixed(1)} GB free (${Math.round(share * 100)} %)` },
      median > syncMsMax
        ? {
            level: 'warning',
            what: `a sync takes ${median.toFixed(1)} ms`,
            fix: 'acknowledgements wait for it; use a local SSD for --data',
          }
        : { level: 'ok', what: `a sync takes ${median.toFixed(2)} ms (median of 20)` },
    ]
  } catch (fault) {
    return [
      {
        level: 'fault',
        what: `${dir} cannot be written: ${(fault as Error).message}`,
        fix: 'choose another with --data',
      },
    ]
  }
}

/** A full archive stops nothing at once: retention waits, and the disk of the journal fills. */
async function archive(dir: string): Promise<Finding[]> {
  try {
    await access(dir, constants.W_OK)
    const { bavail, blocks } = await statfs(dir)
    const free = `${Math.round((bavail / blocks) * 100)} %`
    if (bavail / blocks >= freeShareMin) return [{ level: 'ok', what: `archive ${dir} is writable, ${free} free` }]
    const fix = 'when it is full the journal keeps its segments, and its own disk fills: free some space'
    return [{ level: 'warning', what: `${free} of the disk of the archive ${dir} is free`, fix }]
  } catch (fault) {
    const fix = 'make the directory, mount its disk, or let the user of the server write there'
    return [{ level: 'fault', what: `archive ${dir} cannot be written: ${(fault as Error).message}`, fix }]
  }
}

async function store(url: string): Promise<Finding[]> {
  if (url.startsWith('sqlite:') && !existsSync(url.slice('sqlite:'.length)))
    return [{ level: 'ok', what: 'store: SQLite, made at the first start' }]
  try {
    await using opened = await openStore(url, { log: silentLog, clock: systemClock })
    const { version, location, weaknesses } = await opened.describe()
    return [
      { level: 'ok', what: `store: ${version} at ${location}` },
      ...weaknesses.map((what) => ({ level: 'warning' as const, what: `database: ${what}` })),
    ]
  } catch (fault) {
    return [
      {
        level: 'fault',
        what: `store: ${(fault as Error).message}`,
        fix: 'readings stay safe in the journal until it is back; check --store',
      },
    ]
  }
}

async function keys(dir: string): Promise<Finding[]> {
  try {
    using keyring = await openKeyring(dir)
    const count = keyring.list().length
    return count === 0
      ? [
          {
            level: 'warning',
            what: 'no token exists: HTTP ingest refuses everybody',
            fix: 'baykeeper token create --source NAME',
          },
        ]
      : [{ level: 'ok', what: `${count} tokens and keys` }]
  } catch (fault) {
    return [{ level: 'fault', what: (fault as Error).message }]
  }
}

interface Wish {
  readonly label: string
  readonly flag: string
  readonly port: number | 'off'
}

async function ports(host: string, wishes: readonly Wish[]): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { label, flag, port } of wishes) {
    if (port === 'off' || port === 0) continue
    try {
      const bound: BoundPort = await bindPort(host, { label, flag, port, mayMove: false })
      bound.socket.close()
      findings.push({ level: 'ok', what: `port ${port} for ${label} is free` })
    } catch (fault) {
      findings.push({ level: 'warning', what: (fault as Error).message })
    }
  }
  return findings
}
