/** What a vendor's script made of a frame, as measures: the same rules as for an object of a network server (docs/specs/mapping.md). */
import { withinRange } from '../../domain/measures.ts'
import type { Measures } from '../../domain/reading.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { mapObject } from './mapping/map-object.ts'
import type { MappingTable } from './mapping/table.ts'
import type { PayloadReading } from './payloads/payload.ts'
import type { ScriptAnswer } from './script-answer.ts'

/** A fault is the end of a sentence that begins with the script's name. */
export function readScriptAnswer(answer: ScriptAnswer, table?: MappingTable): Result<PayloadReading, string> {
  if (answer.failed !== undefined) return fail(`failed: ${answer.failed}`)
  if (Object.keys(answer.data).length === 0) return ok({ kind: 'heartbeat', measures: {} })
  const mapped = mapObject(answer.data, table)
  if (mapped.aside !== undefined) return fail(`gives an object that was not understood: ${mapped.aside}`)
  const measures = withinRange<Measures>(mapped.measures)
  return ok({ ...(Object.keys(measures).length === 0 ? { kind: 'heartbeat' } : {}), measures })
}
