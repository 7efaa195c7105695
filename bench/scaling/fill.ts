/** Runs fill-process.ts on a database and reports its marks as they arrive. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Mark } from './fill-process.ts'

export interface Fill {
  readonly url: string
  readonly devices: number
  readonly batch: number
  readonly marks: readonly number[]
}

export async function* fill({ url, devices, batch, marks }: Fill): AsyncGenerator<Mark, void> {
  const script = path.join(import.meta.dirname, 'fill-process.ts')
  const child = spawn(process.execPath, [script, url, `${devices}`, `${batch}`, marks.join(',')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  try {
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Mark
    const code = await ended
    if (code !== 0) throw new Error(`filling ended with ${code}`)
  } finally {
    process.off('exit', end)
    end()
  }
}
