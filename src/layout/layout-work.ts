/**
 * What is done with a whole layout before it is published: read, checked, changed, packed. Bytes in, bytes out, so that it can be done on a
 * thread of its own (layout-thread.ts): 50,000 bays take a second.
 */
import { isUtf8 } from 'node:buffer'
import { layoutSchema, pathText } from '@baykeeper/contract/layout.ts'
import { layoutImportSchema } from '@baykeeper/contract/layout-import.ts'
import type {
  LayoutFindingOnWire,
  LayoutFindingsOnWire,
  StoredLayoutOnWire,
} from '@baykeeper/contract/stored-layout.ts'
import type { Layout } from '../domain/layout.ts'
import { editedLayout, type LayoutEdit } from '../domain/layout-edit.ts'
import { checkLayout, type LayoutFinding, type LayoutFindings } from '../domain/layout-faults.ts'
import { layoutFromStored } from '../domain/stored-layout.ts'
import { packJsonSync, unpackJson } from '../lib/packed-json.ts'
import { fail, ok, type Result } from '../lib/result.ts'
import { broughtIn } from './bring-in.ts'
import { layoutFromWire, layoutOnWire } from './layout-wire.ts'

/** Why nothing is published. */
export interface Refusal {
  readonly is: 'invalid' | 'missing' | 'conflict'
  /** A sentence; names the place of the first fault. */
  readonly detail: string
  readonly errors: readonly { readonly path: string; readonly message: string }[]
}

/** A layout that may be published. */
export interface Publishable {
  readonly packed: Uint8Array
  readonly warnings: readonly LayoutFindingOnWire[]
}

export interface LayoutTasks {
  publish: (task: { readonly body: Uint8Array }) => Result<Publishable, Refusal>
  check: (task: { readonly body: Uint8Array }) => Result<LayoutFindingsOnWire, Refusal>
  edit: (task: {
    readonly packed: Uint8Array
    readonly edits: readonly LayoutEdit[]
  }) => Result<Publishable | undefined, Refusal>
  bringIn: (task: { readonly body: Uint8Array }) => Result<Uint8Array, Refusal>
  answer: (task: {
    readonly packed: Uint8Array
    readonly head: Omit<StoredLayoutOnWire, 'layout'>
  }) => Result<Uint8Array, Refusal>
}

export const layoutTasks: LayoutTasks = {
  publish({ body }) {
    const read = readLayout(body)
    if (!read.ok) return read
    return publishable(read.value, checkLayout(read.value))
  },
  check({ body }) {
    const read = readLayout(body)
    return read.ok ? ok(findingsOnWire(read.value, checkLayout(read.value))) : read
  },
  edit({ packed, edits }) {
    const before = layoutFromStored(unpackJson(packed))
    const edited = editedLayout(before, edits)
    if (!edited.ok) {
      const { edit, is, message } = edited.error
      const path = edits.length > 1 ? `changes[${edit}]` : ''
      return fail({ is, detail: path ? `${path}: ${message}` : message, errors: [{ path, message }] })
    }
    if (edited.value === before) return ok(undefined)
    return publishable(
      edited.value,
      newFindings(checkLayout(edited.value), () => checkLayout(before)),
    )
  },
  bringIn({ body }) {
    const json = parsed(body)
    if (!json.ok) return json
    const { success, data, error } = layoutImportSchema.safeParse(json.value)
    if (!success) return fail(invalid(error.issues.map(({ path, message }) => ({ path: pathText(path), message }))))
    const brought = broughtIn(data)
    if ('refused' in brought) return fail({ is: 'invalid', detail: brought.refused, errors: [] })
    return ok(Buffer.from(JSON.stringify(brought)))
  },
  answer: ({ packed, head }) =>
    ok(Buffer.from(JSON.stringify({ ...head, layout: layoutOnWire(layoutFromStored(unpackJson(packed))) }))),
}

/** The JSON of a layout, in its form; what it means is not checked. */
export function readLayout(body: Uint8Array): Result<Layout, Refusal> {
  const json = parsed(body)
  if (!json.ok) return json
  const { success, data, error } = layoutSchema.safeParse(json.value)
  if (success) return ok(layoutFromWire(data))
  const named = ({ path, message }: (typeof error.issues)[number]) => ({
    path: pathText(path),
    message: `${message}${idOn(json.value, path)}`,
  })
  return fail(invalid(error.issues.map(named)))
}

const idCharsMax = 128

/** The id of the smallest object with one that the path leads to, for people who look for it in a file of thousands of bays. */
function idOn(json: unknown, path: readonly PropertyKey[]): string {
  let id: unknown
  let at = json
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) break
    at = (at as Record<PropertyKey, unknown>)[key]
    if (typeof at === 'object' && at !== null && Object.hasOwn(at, 'id')) id = (at as { id: unknown }).id
  }
  return typeof id === 'string' && id !== '' ? ` (id ${JSON.stringify(id.slice(0, idCharsMax))})` : ''
}

/** What of a layout that was put together here is not in its form, each with its object, as `bay A-1: label must not be blank`. */
export function formFaults(layout: Layout): readonly string[] {
  const { success, error } = layoutSchema.safeParse(layoutOnWire(layout))
  if (success) return []
  return error.issues.slice(0, errorsMax).map(({ path, message }) => {
    const { name, field } = ownerOf(layout, path)
    return `${name}: ${field === '' ? '' : `${field}: `}${message}`
  })
}

/** The smallest object with an id that a path leads to, and the rest of the path. */
function ownerOf(layout: Layout, path: readonly PropertyKey[]): { readonly name: string; readonly field: string } {
  const [sites, s, levels, l, bays, b, ...ofBay] = path
  const site = sites === 'sites' ? layout.sites[Number(s)] : undefined
  const level = levels === 'levels' ? site?.levels[Number(l)] : undefined
  const bay = bays === 'bays' ? level?.bays[Number(b)] : undefined
  if (bay) return { name: `bay ${bay.id}`, field: pathText(ofBay) }
  if (level) return { name: `level ${level.id} (site ${site?.id})`, field: pathText(path.slice(4)) }
  if (site) return { name: `site ${site.id}`, field: pathText(path.slice(2)) }
  return { name: 'the layout', field: pathText(path) }
}

function parsed(body: Uint8Array): Result<unknown, Refusal> {
  const wrong = (detail: string) => fail({ is: 'invalid' as const, detail, errors: [] })
  if (!isUtf8(body)) return wrong('the body is not UTF-8 text: send it as UTF-8')
  try {
    return ok(JSON.parse(Buffer.from(body).toString()))
  } catch (fault) {
    return wrong(`the body is not JSON: ${(fault as Error).message}`)
  }
}

/** People fix a few at a time. */
const errorsMax = 200

function invalid(issues: Refusal['errors'], count = issues.length): Refusal {
  const [first] = issues
  const more = count > 1 ? ` (and ${count - 1} more)` : ''
  const place = first?.path ? ` ${first.path}` : ''
  return { is: 'invalid', detail: `body${place}: ${first?.message}${more}`, errors: issues.slice(0, errorsMax) }
}

function publishable(layout: Layout, findings: LayoutFindings): Result<Publishable, Refusal> {
  const { faults, faultCount, warnings } = findings
  if (faultCount > 0)
    return fail(
      invalid(
        faults.map(({ path, message }) => ({ path: pathText(path), message })),
        faultCount,
      ),
    )
  return ok({ packed: packJsonSync(layout), warnings: warnings.map(onWire) })
}

/** A change is not refused for what was wrong before it. */
function newFindings(after: LayoutFindings, beforeOf: () => LayoutFindings): LayoutFindings {
  if (after.faultCount + after.warningCount === 0) return after
  const before = beforeOf()
  const key = ({ code, ids }: LayoutFinding) => JSON.stringify([code, ...ids])
  const known = new Set([...before.faults, ...before.warnings].map(key))
  const isNew = (finding: LayoutFinding) => !known.has(key(finding))
  const faults = after.faults.filter(isNew)
  const isMore = after.faultCount > before.faultCount
  return {
    faults: faults.length === 0 && isMore ? after.faults.slice(0, 1) : faults,
    warnings: after.warnings.filter(isNew),
    faultCount: isMore ? after.faultCount - before.faultCount : faults.length,
    warningCount: after.warningCount,
  }
}

const onWire = ({ code, path, ids, message }: LayoutFinding): LayoutFindingOnWire => ({
  ...{ code, path: pathText(path), ids: [...ids], message },
})

export const findingsOnWire = ({ sites }: Layout, findings: LayoutFindings): LayoutFindingsOnWire => ({
  faults: findings.faults.map(onWire),
  warnings: findings.warnings.map(onWire),
  fault_count: findings.faultCount,
  warning_count: findings.warningCount,
  bays: sites.reduce((sum, { levels }) => sum + levels.reduce((of, { bays }) => of + bays.length, 0), 0),
})
