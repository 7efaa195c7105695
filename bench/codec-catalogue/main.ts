/**
 * Every script of a public catalogue in the sandbox: whether it loads, what becomes of its own examples, what they are read as, and how fast.
 * `npm run bench -- codecs --catalogue DIR [--only REGEXP] [--quick] [--json]`. A rate is frames a second of processor time of this thread,
 * warm, one frame at a time, each with the memory of its script put back.
 */
import { mapObject } from '../../src/codecs/lorawan/mapping/map-object.ts'
import type { ScriptAnswer } from '../../src/codecs/lorawan/script-answer.ts'
import { readScriptAnswer } from '../../src/codecs/lorawan/script-payload.ts'
import { type Interpreter, loadInterpreter } from '../../src/scripts/interpreter.ts'
import { createScriptEngine, type ScriptEngine } from '../../src/scripts/script-engine.ts'
import { unescapedText } from '../../src/scripts/script-loading.ts'
import { useUtc } from '../../src/scripts/utc.ts'
import { type CatalogueScript, type Example, readCatalogue } from './catalogue.ts'
import { isSame, type Verdict, verdictOf } from './judge.ts'
import { type NodeAnswers, startNodeAnswers } from './node-answers.ts'

export interface CatalogueOptions {
  readonly only?: string | undefined
  readonly quick: boolean
  readonly json: boolean
}

interface ScriptResult {
  readonly script: string
  /** Why it does not load; of a file that is no decoder, what it lacks. */
  readonly fault?: string
  readonly isNoDecoder?: true
  readonly right: number
  readonly wrong: number
  readonly refused: number
  /** Of the last two: Node's engine answers the same, so that the example contradicts its own script. */
  readonly asNode: number
  /** What the examples are read as: fields of readings, or what was not understood. */
  readonly reads: readonly string[]
  readonly stepsMax: number
  /** Undefined: it has no example. */
  readonly perS?: number
}

const warmMs = 2_500

export async function benchCatalogue(dir: string, { only, quick, json }: CatalogueOptions): Promise<void> {
  useUtc()
  const scripts = readCatalogue(dir, only === undefined ? undefined : new RegExp(only))
  if (scripts.length === 0) throw new Error(`${dir} holds no script${only === undefined ? '' : ` like ${only}`}`)
  const interpreter = await loadInterpreter()
  using node = startNodeAnswers()
  if (!quick) warmUp(interpreter, scripts)
  const results: ScriptResult[] = []
  for (const script of scripts) {
    const result = await resultOf(interpreter, script, node, quick ? 0 : 40)
    results.push(result)
    if (!json) console.log(lineOf(result))
  }
  const sum = summaryOf(results)
  if (json) console.log(JSON.stringify({ ...sum, scripts: results }))
  else for (const [name, value] of Object.entries(sum)) console.log(`${name.padEnd(26)} ${value.toLocaleString('en')}`)
}

/** Until the code of the interpreter is compiled for speed: it is the same for all scripts. */
function warmUp(interpreter: Interpreter, scripts: readonly CatalogueScript[]) {
  const some = scripts.filter(({ examples }) => examples.length > 0)
  const step = Math.max(1, Math.floor(some.length / 10))
  const begun = performance.now()
  while (performance.now() - begun < warmMs)
    for (let i = 0; i < some.length; i += step) {
      const { text, examples } = some[i] as CatalogueScript
      const engine = createScriptEngine(interpreter, text)
      for (let round = 0; round < 50; round++) for (const example of examples) engine.run(example)
    }
}

async function resultOf(
  interpreter: Interpreter,
  { name, text, examples }: CatalogueScript,
  node: NodeAnswers,
  spanMs: number,
): Promise<ScriptResult> {
  const engine = createScriptEngine(interpreter, text)
  const probe: Example = { bytes: new Uint8Array(), fPort: 1, recvTime: 0, output: {} }
  const { failed = '' } = engine.run(probe)
  const verdicts: Verdict[] = []
  const answers: ScriptAnswer[] = []
  let stepsMax = 0
  for (const example of examples) {
    const answer = engine.run(example)
    stepsMax = Math.max(stepsMax, interpreter.taken)
    answers.push(answer)
    verdicts.push(verdictOf(example, answer))
  }
  const odd = verdicts.flatMap((verdict, i) => (verdict === 'right' ? [] : [i]))
  const ofNode =
    odd.length === 0
      ? []
      : await node.of(
          unescapedText(text) ?? text,
          odd.map((i) => examples[i] as Example),
        )
  return {
    script: name,
    ...(/does not load/.test(failed) ? { fault: failed } : {}),
    ...(/it defines none of/.test(failed) ? { isNoDecoder: true as const } : {}),
    ...{ right: 0, wrong: 0, refused: 0, ...countsOf(verdicts) },
    asNode: odd.filter((i, k) => isAsNode(answers[i] as ScriptAnswer, ofNode[k])).length,
    reads: [...new Set(answers.map(readOf))],
    stepsMax,
    ...(examples.length > 0 && spanMs > 0 ? { perS: rateOf(engine, examples, spanMs) } : {}),
  }
}

const countsOf = (verdicts: readonly Verdict[]): Partial<Record<Verdict, number>> =>
  Object.fromEntries(
    Map.groupBy(verdicts, (verdict) => verdict)
      .entries()
      .map(([verdict, list]) => [verdict, list.length]),
  )

/** Both fail, or both give the same data. */
function isAsNode(answer: ScriptAnswer, ofNode: string | undefined): boolean {
  const { data, errors } = (ofNode === undefined ? {} : JSON.parse(ofNode)) as Example['output']
  if (answer.failed !== undefined) return data === undefined || data === null || (errors?.length ?? 0) > 0
  return isSame(answer.data, data ?? {})
}

function readOf(answer: ScriptAnswer): string {
  if (answer.failed !== undefined) return 'error'
  const read = readScriptAnswer(answer)
  if (!read.ok) return `not understood: ${mapObject(answer.data).aside ?? read.error}`
  return read.value.kind === 'heartbeat' ? 'heartbeat' : Object.keys(read.value.measures).sort().join(' ')
}

const cpuMs = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

function rateOf(engine: ScriptEngine, examples: readonly Example[], spanMs: number): number {
  const begun = cpuMs()
  let frames = 0
  while (cpuMs() - begun < spanMs)
    for (const example of examples) {
      engine.run(example)
      frames++
    }
  return Math.round(frames / ((cpuMs() - begun) / 1_000))
}

function lineOf({
  script,
  fault,
  isNoDecoder,
  right,
  wrong,
  refused,
  asNode,
  reads,
  stepsMax,
  perS,
}: ScriptResult): string {
  const state = fault === undefined ? 'loads' : isNoDecoder ? 'none ' : 'FAULT'
  const counts = [right, wrong, refused, asNode].map((count) => String(count).padStart(3)).join(' ')
  const rate = perS === undefined ? '' : perS.toLocaleString('en')
  return `${state} ${counts} ${String(stepsMax).padStart(8)} ${rate.padStart(8)}  ${script}  ${fault ?? reads.join('; ').slice(0, 160)}`
}

function summaryOf(results: readonly ScriptResult[]): Record<string, number> {
  const sum = (key: 'right' | 'wrong' | 'refused' | 'asNode') => results.reduce((total, one) => total + one[key], 0)
  const rates = results.flatMap(({ perS }) => perS ?? []).sort((a, b) => a - b)
  return {
    files: results.length,
    no_decoders: results.filter(({ isNoDecoder }) => isNoDecoder).length,
    load: results.filter(({ fault }) => fault === undefined).length,
    do_not_load: results.filter(({ fault, isNoDecoder }) => fault !== undefined && !isNoDecoder).length,
    vectors_right: sum('right'),
    vectors_wrong: sum('wrong'),
    vectors_refused: sum('refused'),
    as_node_of_the_last_two: sum('asNode'),
    ...(rates.length === 0
      ? {}
      : {
          rate_median: rates[rates.length >> 1] as number,
          rate_lowest: rates[0] as number,
          rates_below_4000: rates.filter((rate) => rate < 4_000).length,
        }),
  }
}
