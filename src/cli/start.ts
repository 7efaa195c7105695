/** `baykeeper start`: binds the sockets, starts the processes, prints the banner, and runs until it is stopped. */
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { openAccounts } from '../auth/accounts.ts'
import { type Keyring, openKeyring } from '../auth/keyring.ts'
import type { LoadedConfig } from '../config/config.ts'
import { refuseFaulty } from '../config/faults.ts'
import { version } from '../config/version.ts'
import { keepDirect } from '../lib/direct-hosts.ts'
import { plainMessage } from '../lib/disk-fault.ts'
import { createLog, type Log } from '../lib/log.ts'
import { closeToOthers } from '../processes/private-files.ts'
import { claimRunDirectory, DataDirectoryTaken, type RunDirectory } from '../processes/run-directory.ts'
import { bindServerPorts, descriptorsOf, localUrlsOf, udpPortsOf, urlsOf } from '../processes/server-ports.ts'
import { createSupervisor, type Supervisor } from '../processes/supervisor.ts'
import { answersReady, createAnnouncement } from './announcement.ts'
import { banner } from './banner.ts'
import { CommandFailed, exitCodes, needsPerson } from './output.ts'
import { createSimulatedCity, demoPlace } from './simulated-city.ts'
import { databaseAccepts, databaseIsFree, refuseUnwritable } from './start-checks.ts'
import { ensureWebBuilt } from './web-build.ts'

export interface StartOptions {
  readonly readyFile?: string | undefined
  /** `baykeeper demo`: simulate beside all that is configured. */
  readonly forceDemo?: boolean
}

export async function start(loaded: LoadedConfig, options: StartOptions): Promise<number> {
  try {
    return await startOn(loaded, options)
  } catch (cause) {
    if (cause instanceof CommandFailed) throw cause
    const message = plainMessage(cause, loaded.config.data)
    throw message === (cause as Error).message ? cause : new CommandFailed(exitCodes.failed, message, { cause })
  }
}

/** As for children left behind that are named (run-directory.ts): they leave within 2 s, on a busy machine later. */
const portWaitMs = 20_000

/** The server owns its data directory from here on, until this returns. */
async function startOn(loaded: LoadedConfig, options: StartOptions): Promise<number> {
  const began = performance.now()
  const { config } = loaded
  const log = createLog({ process: 'main' }, config.log)
  const readyFile = options.readyFile && path.resolve(options.readyFile)
  await refuseFaulty(loaded)
  keepDirect([config.host])
  await refuseUnwritable(config.data)
  await mkdir(config.data, { recursive: true, mode: 0o700 })
  using run = claimed(config.data)
  if (readyFile) await rm(readyFile, { force: true })
  await run.leftoversGone((names) =>
    log.info('an earlier server was killed: waiting for what it left behind', { names }),
  )
  for (const problem of await closeToOthers(config.data)) log.warn(problem)
  using keyring = await openKeyring(config.data)
  return await serve({ loaded, log, run, keyring, readyFile, isForced: options.forceDemo === true, began })
}

interface Owned {
  readonly loaded: LoadedConfig
  readonly log: Log
  readonly run: RunDirectory
  readonly keyring: Keyring
  readonly readyFile: string | undefined
  readonly isForced: boolean
  readonly began: number
}

/** Starts everything and stays until it is stopped; returns the exit code. */
async function serve({ loaded, log, run, keyring, readyFile, isForced, began }: Owned): Promise<number> {
  const { config } = loaded
  const say = (line: string) => process.stderr.write(`${line}\n`)
  const place = await demoPlace(loaded, keyring, isForced)
  if (!place) await databaseIsFree(config)
  const ports = await bindServerPorts(loaded, place !== undefined, run.followsKilled ? portWaitMs : 0)
  const unbuilt = await ensureWebBuilt(say)

  const leaving = leavingOnSignals(log)
  const urls = () => localUrlsOf(config, ports, supervisor.udpPorts())
  const announcement = createAnnouncement({ config, run, readyFile, log, urls, supervisor: () => supervisor })
  const city =
    place && createSimulatedCity({ config, place, keyring, isForced, run, log, supervisor: () => supervisor })
  const supervisor: Supervisor = createSupervisor({
    settings: {
      ...{ config, dataDir: config.data, demo: place, version },
      ...{ startedAt: Date.now(), urls: urlsOf(config, ports, {}) },
    },
    listeners: descriptorsOf(ports),
    udpPorts: udpPortsOf(ports),
    log,
    onSpawn: run.spawned,
    onChange: announcement.renew,
    onRefused: (fault) => leaving.reject(fault),
    onRealData: () => void city?.end('the first real reading has arrived'),
  })
  try {
    const placed = city?.start(urls()['ingest'] as string)
    const up = await Promise.race([Promise.all([supervisor.start(), placed, databaseAccepts(config)]), leaving.promise])
    if (typeof up === 'number') return up
    const [waiting] = up
    city?.go()
    if (urls()['web'] && supervisor.hasListened('web'))
      await answersReady(`${urls()['web']?.replace('//0.0.0.0:', '//127.0.0.1:')}/readyz`)
    const secret = hasAdmin(config.data) ? undefined : await keyring.createSetupLink()
    const ms = performance.now() - began
    const shown = urlsOf(config, ports, supervisor.udpPorts())
    const facts = { config, urls: shown, ports, demo: place !== undefined, file: loaded.file }
    say(banner({ ...facts, secret, ms, unbuilt, waiting }))
    await announcement.begin()
    return await leaving.promise
  } catch (cause) {
    throw new CommandFailed(
      needsPerson(cause) ? exitCodes.config : exitCodes.failed,
      plainMessage(cause, config.data),
      { cause },
    )
  } finally {
    announcement.end()
    city?.stop()
    await supervisor.stop()
    if (readyFile) await rm(readyFile, { force: true })
    for (const { socket } of Object.values(ports.bound)) socket.close()
  }
}

function hasAdmin(dataDir: string): boolean {
  using accounts = openAccounts(dataDir)
  return accounts.hasAdmin()
}

function leavingOnSignals(log: Log) {
  const leaving = Promise.withResolvers<number>()
  // It is raced, or awaited later: a rejection before that must not end the process.
  leaving.promise.catch(() => {})
  process.on('SIGINT', () => leaving.resolve(exitCodes.interrupted))
  process.on('SIGTERM', () => leaving.resolve(exitCodes.ok))
  // A terminal that is closed does not end a server.
  process.on('SIGHUP', () => log.info('SIGHUP is ignored: there is nothing to read again'))
  process.on('disconnect', () => leaving.resolve(exitCodes.ok))
  return leaving
}

function claimed(dataDir: string): RunDirectory {
  try {
    return claimRunDirectory(dataDir)
  } catch (fault) {
    if (fault instanceof DataDirectoryTaken) throw new CommandFailed(exitCodes.failed, fault.message)
    throw fault
  }
}
