/** The thread that scripts run on. It is ended from outside where it stands still, so it owns nothing that outlives it. */
import assert from 'node:assert/strict'
import { parentPort, workerData } from 'node:worker_threads'
import type { ScriptAnswer } from '../codecs/lorawan/script-answer.ts'
import { compiledInterpreter, loadInterpreter, type ScriptThreadReady, type ScriptThreadStart } from './interpreter.ts'
import type { Script, ScriptJob, ScriptJobDone } from './script.ts'
import { createScriptEngine, type ScriptEngine } from './script-engine.ts'
import { calls, isLoading } from './script-progress.ts'
import { useUtc } from './utc.ts'

/** Answers are handed over this often: what was not is decoded again when the thread is ended. */
const answersAtOnce = 64

/** Each is an image of its memory, 100 kB to 3 MB. */
const loadedScriptsMax = 32

const onLoaded = () => Atomics.store(progress, isLoading, 0)

useUtc()
const port = parentPort
assert(port !== null, 'scripts run on a thread')
const { progress, compiled = compiledInterpreter() } = workerData as ScriptThreadStart
const interpreter = await loadInterpreter(compiled)
const engines = new Map<string, ScriptEngine>()

port.on('message', ({ id, script, frames }: ScriptJob) => {
  const engine = engineOf(script)
  let answers: ScriptAnswer[] = []
  const handOver = () => {
    port.postMessage({ id, answers } satisfies ScriptJobDone)
    answers = []
  }
  for (const frame of frames) {
    Atomics.store(progress, isLoading, engine.isWarm ? 0 : 1)
    Atomics.add(progress, calls, 1)
    answers.push(engine.run(frame, onLoaded))
    if (answers.length >= answersAtOnce) handOver()
  }
  if (answers.length > 0) handOver()
})
// The lane waits for it before it hands a job over, so that the start of the thread is at no script's expense.
port.postMessage({ compiled } satisfies ScriptThreadReady)

/** The one that was used longest ago makes room. */
function engineOf({ hash, text }: Script): ScriptEngine {
  const engine = engines.get(hash) ?? createScriptEngine(interpreter, text)
  engines.delete(hash)
  engines.set(hash, engine)
  const [oldest] = engines.keys()
  if (engines.size > loadedScriptsMax && oldest !== undefined) engines.delete(oldest)
  return engine
}
