/**
 * What Node's own engine makes of the same frames, to tell our own fault from an example that contradicts its script. Foreign code: in a process
 * without rights to files, the network or further processes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createContext, Script } from 'node:vm'
import type { Example } from './catalogue.ts'

interface Asked {
  readonly text: string
  readonly frames: readonly {
    readonly bytes: readonly number[]
    readonly fPort: number | null
    readonly recvTime: number
  }[]
}

export interface NodeAnswers extends Disposable {
  /** JSON of what the script returns for each; undefined: it throws, or takes longer than a second. */
  of(text: string, examples: readonly Example[]): Promise<readonly (string | undefined)[]>
}

export function startNodeAnswers(): NodeAnswers {
  const child: ChildProcess = fork(import.meta.filename, {
    execArgv: ['--permission', `--allow-fs-read=${import.meta.dirname}/*`],
    env: { TZ: 'UTC' },
    serialization: 'json',
  })
  return {
    of(text, examples) {
      const frames = examples.map(({ bytes, fPort, recvTime }) => ({
        bytes: [...bytes],
        fPort: fPort ?? null,
        recvTime,
      }))
      return new Promise((resolve) => {
        child.once('message', (answers) => resolve((answers as (string | null)[]).map((one) => one ?? undefined)))
        child.send({ text, frames } satisfies Asked)
      })
    },
    [Symbol.dispose]: () => child.kill(),
  }
}

const call = `
  const { bytes, fPort, recvTime } = JSON.parse(given), port = fPort === null ? undefined : fPort
  const of = (name) => { try { return eval(name) } catch { return module.exports[name] } }
  const input = { bytes, fPort: port, recvTime: new Date(recvTime), variables: {} }
  const uplink = of('decodeUplink'), decoder = of('Decoder'), decode = of('Decode')
  return JSON.stringify(uplink ? uplink(input) : decoder ? { data: decoder(bytes, port) } : { data: decode(port, bytes, {}) })`

function answered({ text, frames }: Asked): (string | null)[] {
  return frames.map((frame) => {
    const module = { exports: {} }
    const nothing = () => {}
    const quiet = { log: nothing, warn: nothing, error: nothing, info: nothing, debug: nothing }
    const context = createContext({
      console: quiet,
      module,
      exports: module.exports,
      given: JSON.stringify(frame),
      TextDecoder,
      atob,
      btoa,
      Buffer,
    })
    try {
      const found: unknown = new Script(`${text}\n;(function () { ${call} })()`).runInContext(context, {
        timeout: 1_000,
      })
      return typeof found === 'string' ? found : null
    } catch {
      // It throws: whether ours does too is what is compared.
      return null
    }
  })
}

if (process.send) process.on('message', (asked) => process.send?.(answered(asked as Asked)))
