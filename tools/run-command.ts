/** Runs a program of the checkout to its end and keeps what it printed. */
import { spawn } from 'node:child_process'
import path from 'node:path'

export const root = path.join(import.meta.dirname, '..')
const bin = path.join(root, 'node_modules/.bin')

export interface CommandResult {
  readonly ok: boolean
  readonly code: number | null
  readonly output: string
  readonly seconds: number
}

/** The pinned Node and the tools of the checkout come first on the PATH, so that this works outside npm as well. */
export function runCommand(
  [command, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv = {},
  within?: AbortSignal,
): Promise<CommandResult> {
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1_000
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(within ? { signal: within, killSignal: 'SIGKILL' as const } : {}),
    })
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('error', (fault) => resolve({ ok: false, code: null, output: fault.message, seconds: seconds() }))
    child.once('close', (code) => resolve({ ok: code === 0, code, output, seconds: seconds() }))
  })
}
