/** A script before it is published: it has to load, and to define a function that decodes. */
import { mappingTables } from '../codecs/lorawan/mapping/registry.ts'
import { scriptOf } from './script.ts'
import { createScriptRunner, type ScriptRunner } from './script-runner.ts'

const loadFault = /^the script does not load: ?/

export interface ScriptCheck extends AsyncDisposable {
  /** Why it cannot be used, as a clause; undefined: it loads. */
  check(text: string): Promise<string | undefined>
  readonly mappings: readonly string[]
}

export function createScriptCheck(): ScriptCheck {
  let runner: ScriptRunner | undefined
  return {
    mappings: mappingTables.map(({ name }) => name),
    async check(text) {
      runner ??= createScriptRunner()
      const [answer] = await runner.run(scriptOf(text), [{ bytes: new Uint8Array(), fPort: 1, recvTime: 0 }])
      const failed = answer?.failed
      if (failed === undefined) return undefined
      // No bytes are no frame of any sensor: what it makes of them is its own business, as long as it returns.
      return loadFault.test(failed) || answer?.notRun || answer?.ended ? failed : undefined
    },
    async [Symbol.asyncDispose]() {
      await runner?.[Symbol.asyncDispose]()
    },
  }
}
