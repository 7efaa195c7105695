/** The load generator as its bench sees it: a process of its own (load-process.ts), asked on standard input, answering on standard output. */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'

export type Wire = 'http' | 'tcp' | 'mqtt' | 'serial'

export interface Open {
  readonly kind: 'open'
  readonly wire: Wire
  /** Nothing for serial: the generator owns the near end. */
  readonly url: string
  readonly token: string
  /** Devices `from` to `to`, shared out over the connections. */
  readonly from: number
  readonly to: number
  readonly connections: number
  readonly batch: number
}
/** As fast as acknowledgements let it, for a time. */
export interface Flood {
  readonly kind: 'flood'
  readonly seconds: number
}
/** Evenly; every now and then a single reading of a device of its own, whose way is followed. */
export interface Pace {
  readonly kind: 'pace'
  readonly rate: number
  readonly seconds: number
}
export type Order = Open | Flood | Pace

/** A single reading that has just been sent; times are comparable between processes of one machine. */
export interface Probe {
  readonly kind: 'probe'
  readonly device: typeof probeDevice | typeof eyeDevice
  readonly seq: number
  readonly occupied: boolean
  readonly sentMs: number
}
export interface Done {
  readonly kind: 'done'
  readonly sent: number
  /** Of batches; empty where the protocol has no acknowledgement. */
  readonly ackMs: readonly number[]
}
export type Answer = { readonly kind: 'ready'; readonly path?: string } | Probe | Done

/** Followed to its commit. */
export const probeDevice = 'probe'
/** Followed to the browser: it changes seldom enough for each change to be seen. */
export const eyeDevice = 'eye'

export const nowMs = () => performance.timeOrigin + performance.now()

export interface Load extends AsyncDisposable {
  /** The far end of the line that the generator owns, when it was started for one. */
  readonly line: string | undefined
  /** Resolves when the order is carried out. */
  ask(order: Order): Promise<Done>
  onProbe: ((probe: Probe) => void) | undefined
}

const folder = import.meta.dirname

export async function startLoad(options: { readonly serial?: boolean } = {}): Promise<Load> {
  const program = [process.execPath, path.join(folder, 'load-process.ts')]
  const [command = '', ...args] = options.serial
    ? ['python3', path.join(folder, '../run/pty-owner.py'), ...program]
    : program
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  const ready = Promise.withResolvers<string | undefined>()
  let done: PromiseWithResolvers<Done> | undefined
  child.once('error', ready.reject)
  child.once('close', () => {
    const fault = new Error('the load generator ended')
    ready.reject(fault)
    done?.reject(fault)
  })
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
    const answer = JSON.parse(text) as Answer
    if (answer.kind === 'ready') ready.resolve(answer.path)
    else if (answer.kind === 'probe') load.onProbe?.(answer)
    else done?.resolve(answer)
  })
  const load: Load = {
    line: undefined,
    onProbe: undefined,
    ask(order) {
      done = Promise.withResolvers()
      child.stdin?.write(`${JSON.stringify(order)}\n`)
      return done.promise
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', end)
      if (child.exitCode !== null) return
      const gone = new Promise((resolve) => child.once('close', resolve))
      child.stdin?.end()
      const timer = setTimeout(end, endMsMax)
      await gone
      clearTimeout(timer)
    },
  }
  return Object.assign(load, { line: await ready.promise })
}

const endMsMax = 5_000
