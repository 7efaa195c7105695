/** `baykeeper codec test`: a vendor's script against vectors, in the same sandbox and through the same mapping as in the server. */
import { mappingTableOf, mappingTables } from '../codecs/lorawan/mapping/registry.ts'
import type { MappingTable } from '../codecs/lorawan/mapping/table.ts'
import type { ScriptAnswer } from '../codecs/lorawan/script-answer.ts'
import { readScriptAnswer } from '../codecs/lorawan/script-payload.ts'
import { measures } from '../domain/measures.ts'
import type { Measures } from '../domain/reading.ts'
import { type Script, scriptCharsMax, scriptOf } from '../scripts/script.ts'
import { createScriptRunner } from '../scripts/script-runner.ts'
import { readVectors, textOfFile, type Vector } from './codec-vectors.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'

export interface CodecTestOptions extends Spoken {
  readonly vectors?: string
  readonly mapping?: string
}

export function scriptText(file: string): string {
  const text = textOfFile(file, 'the script')
  if (text.length > scriptCharsMax)
    throw new CommandFailed(exitCodes.failed, `${file} has ${text.length} characters; ${scriptCharsMax} are the most`)
  return text
}

export function checkedMapping(name: string | undefined): MappingTable | undefined {
  if (name === undefined) return undefined
  const table = mappingTableOf(name)
  if (table) return table
  const names = mappingTables.map((one) => one.name).join(', ')
  throw new CommandFailed(exitCodes.usage, `there is no mapping "${name.slice(0, 40)}"; there are ${names}`)
}

export async function codecTest(file: string, options: CodecTestOptions): Promise<number> {
  const table = checkedMapping(options.mapping)
  if (options.vectors === undefined)
    throw new CommandFailed(exitCodes.usage, 'name the file of vectors with --vectors FILE')
  const script = scriptOf(scriptText(file))
  const vectors = readVectors(options.vectors)
  const answers = await answersTo(script, vectors)
  const results = vectors.map((vector, i) => resultOf(vector, answers[i] as ScriptAnswer, table))
  const wrong = results.filter(({ ok }) => !ok).length
  print(
    options,
    { agree: results.length - wrong, differ: wrong, vectors: results },
    () => [
      ...results.map((result, i) => lineOf(i + 1, result)),
      `${results.length - wrong} of ${results.length} vectors agree`,
    ],
    { ok: wrong === 0 },
  )
  return wrong === 0 ? exitCodes.ok : exitCodes.failed
}

/** The command ends within 3 seconds of a script that does not return: its start is part of them. */
const commandLimits = { callMs: 1_500, loadMs: 1_500, tries: 1, patience: 1 } as const
const wasStopped: ScriptAnswer = { failed: 'it was not asked, as it did not return before' }

/** One after the other: after the first that does not return the script is asked no more. */
async function answersTo(script: Script, vectors: readonly Vector[]): Promise<readonly ScriptAnswer[]> {
  await using runner = createScriptRunner(commandLimits)
  const recvTime = Date.now()
  const answers: ScriptAnswer[] = []
  for (const { bytes, fPort } of vectors) {
    const [answer] = await runner.run(script, [{ bytes, fPort, recvTime }])
    answers.push(answer as ScriptAnswer)
    if (answer?.ended || answer?.notRun) break
  }
  return vectors.map((_, i) => answers[i] ?? wasStopped)
}

interface VectorResult {
  readonly ok: boolean
  readonly f_port: number | null
  readonly bytes: string
  /** What differs, each a sentence. */
  readonly differences: readonly string[]
  readonly measures: Readonly<Record<string, boolean | number | null>> | null
}

function resultOf({ fPort, hex, expect }: Vector, answer: ScriptAnswer, table: MappingTable | undefined): VectorResult {
  const about = { f_port: fPort ?? null, bytes: hex }
  const read = readScriptAnswer(answer, table)
  if (!read.ok) return { ok: false, ...about, differences: [`the script ${read.error}`], measures: null }
  const found = onWire(read.value.measures)
  const differences = Object.entries(expect).flatMap(([name, wanted]) => {
    const value = found[name]
    if (value === undefined)
      return wanted === null && name !== 'occupied' ? [] : [`${name}: ${wanted} expected, and there is none`]
    return isSame(value, wanted) ? [] : [`${name}: ${wanted} expected, ${value === null ? 'unknown' : value} found`]
  })
  return { ok: differences.length === 0, ...about, differences, measures: found }
}

/** Of decimal fractions the last digits are those of the way they were computed. */
const isSame = (found: boolean | number | null, wanted: boolean | number | null): boolean =>
  typeof found === 'number' && typeof wanted === 'number'
    ? Math.abs(found - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted))
    : found === wanted

function onWire(values: Measures): Record<string, boolean | number | null> {
  const { occupied, batteryLow } = values
  return {
    ...(occupied === undefined ? {} : { occupied }),
    ...(batteryLow === undefined ? {} : { battery_low: batteryLow }),
    ...Object.fromEntries(
      measures.flatMap(({ name, key }) => (values[key] === undefined ? [] : [[name, values[key]]])),
    ),
  }
}

function lineOf(number: number, { ok, f_port: port, bytes, differences, measures: found }: VectorResult): string {
  const about = `${String(number).padStart(3)}  ${ok ? 'agrees ' : 'DIFFERS'}  port ${port ?? '-'}  ${bytes.length > 48 ? `${bytes.slice(0, 48)}…` : bytes || '(no bytes)'}`
  const shown = Object.entries(found ?? {}).map(([name, value]) => `${name}=${value === null ? 'unknown' : value}`)
  return ok ? `${about}  ${shown.join(' ')}` : `${about}  ${differences.join('; ')}`
}
