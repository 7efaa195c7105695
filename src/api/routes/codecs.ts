/** Vendors' scripts that decode LoRaWAN payloads: published as records of the journal. */
import { createHash, randomUUID } from 'node:crypto'
import { type CodecHeadOnWire, codecsMax, type NewCodec } from '@baykeeper/contract/codec.ts'
import type { codecRoutes } from '@baykeeper/contract/routes/codecs.ts'
import { encodeDeskEntry } from '../../domain/desk-change.ts'
import { assignmentText, isSameAssignment, type PublishedCodec } from '../../domain/published-codec.ts'
import type { CodecRow } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import { committed, publishRecord } from '../desk-publishing.ts'
import type { Handlers } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'

export function codecHandlers(context: RouteContext): Handlers<typeof codecRoutes> {
  const { store } = context
  const inForce = async () => (await store.codecs()).filter((row) => row.codec !== null)

  return {
    async codecs() {
      return { items: (await inForce()).map(headOf), next: null }
    },
    async codec({ params: { id } }) {
      const versions = await store.codecVersions(id)
      const [newest] = versions
      if (!newest) throw missing(id)
      return { ...headOf(newest), text: newest.codec?.text ?? null, versions: versions.map(headOf) }
    },
    async putCodec({ params: { id }, body, principal, reply }) {
      const codec = await checkedCodec(context, id, body, await inForce())
      const by = { author: principal?.name ?? 'unknown', reason: body.reason?.trimEnd() ?? '' }
      const { row, number } = await change(context, id, codec, by)
      return row ? headOf(row) : reply.code(202).send({ id, record: number })
    },
    async deleteCodec({ params: { id }, query: { reason = '' }, principal, reply }) {
      if (!(await inForce()).some((row) => row.id === id)) throw missing(id)
      const by = { author: principal?.name ?? 'unknown', reason: reason.trimEnd() }
      const { row, number } = await change(context, id, null, by)
      return row ? { id, record: number } : reply.code(202).send({ id, record: number })
    },
  }
}

function headOf({ id, version, codec, author, reason, at }: CodecRow): CodecHeadOnWire {
  return {
    ...{ id, version, hash: codec?.hash ?? null, assigned: codec?.assigned ?? null, mapping: codec?.mapping ?? null },
    ...{ author, published: new Date(at).toISOString(), reason },
  }
}

/** Throws a problem that names what is wrong. */
async function checkedCodec(
  { scripts }: RouteContext,
  id: string,
  { text, assigned, mapping }: NewCodec,
  others: readonly CodecRow[],
): Promise<PublishedCodec> {
  const isNew = !others.some((row) => row.id === id)
  if (isNew && others.length >= codecsMax)
    throw new ProblemError(
      409,
      `there are ${codecsMax} codecs, which is the most: withdraw one before you publish ${id}`,
      {
        code: 'E_TOO_MANY_CODECS',
      },
    )
  const to = assignmentText(assigned)
  const same = others.find((row) => row.id !== id && row.codec && isSameAssignment(row.codec.assigned, assigned))
  if (same)
    throw new ProblemError(
      409,
      `the codec ${same.id} is assigned to ${to} already: withdraw it first, or publish under its id. Nothing was changed.`,
      {
        code: 'E_CODEC_ASSIGNED',
      },
    )
  if (mapping !== null && !scripts.mappings.includes(mapping))
    throw invalid('mapping', `there is no table ${mapping}; there are ${scripts.mappings.join(', ')}`)
  const fault = await scripts.check(text)
  if (fault !== undefined) throw invalid('text', fault)
  return { hash: createHash('sha256').update(text).digest('hex'), text, assigned, mapping }
}

/** Publishes it, and waits a while until it is in the database. */
async function change(
  { clock, log, publisher, store }: RouteContext,
  id: string,
  codec: PublishedCodec | null,
  by: { readonly author: string; readonly reason: string },
) {
  const request = randomUUID()
  const record = encodeDeskEntry({ ...by, at: clock.now(), change: { is: 'codec', request, id, codec } })
  const where = { what: 'the codec', where: `GET /api/v1/codecs/${id}` }
  const { record: number } = await publishRecord(publisher, record, where)
  const row = await committed(async () => (await store.codecVersions(id)).find((one) => one.request === request), clock)
  log.info('a codec was changed', { codec: id, isWithdrawn: codec === null, by: by.author, record: number })
  return { row, number }
}

const missing = (id: string) =>
  new ProblemError(404, `there is no codec ${id}: GET /api/v1/codecs lists them. Nothing was changed.`)

const invalid = (path: string, message: string) =>
  new ProblemError(400, `body ${path}: ${message}. Nothing was changed.`, {
    code: 'E_INVALID',
    errors: [{ path, message }],
  })
