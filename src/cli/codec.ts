/** `baykeeper codec publish|list|show|withdraw`: vendors' scripts of a server. */
import path from 'node:path'
import type { CodecAssignmentOnWire, CodecHeadOnWire } from '@baykeeper/contract/codec.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { assignmentText } from '../domain/published-codec.ts'
import { type ApiOptions, type ApiTarget, failureOf, openApi } from './api-target.ts'
import { checkedMapping, scriptText } from './codec-test.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'

type CodecOptions = ApiOptions & Spoken

async function withApi<T>(options: CodecOptions, ask: (target: ApiTarget) => Promise<T>): Promise<T> {
  await using target = await openApi(options)
  try {
    return await ask(target)
  } catch (fault) {
    throw failureOf(fault, target.web)
  }
}

export interface PublishCodecOptions extends CodecOptions {
  readonly id?: string
  readonly model?: string
  readonly source?: string
  readonly application?: string
  readonly mapping?: string
  readonly reason?: string
}

export async function codecPublish(file: string, options: PublishCodecOptions): Promise<number> {
  const text = scriptText(file)
  const assigned = assignmentOf(options)
  checkedMapping(options.mapping)
  const id = options.id ?? idOf(file)
  const { mapping = null, reason } = options
  const body = { text, assigned, mapping, ...(reason === undefined ? {} : { reason }) }
  const published = await withApi(options, ({ client }) => client.call(routes.putCodec, { params: { id }, body }))
  print(options, published, () => [
    'version' in published
      ? `${id} version ${published.version} reads ${assignmentText(assigned)} from now on`
      : `${id} is safe in the journal (record ${published.record}), and in effect once processing has read that`,
    'what was rejected before: baykeeper dlq requeue --code unknown-payload, and --code codec-failed',
  ])
  return exitCodes.ok
}

export async function codecList(options: CodecOptions): Promise<number> {
  const { items } = await withApi(options, ({ client }) => client.call(routes.codecs))
  print(options, { codecs: items }, () => (items.length === 0 ? ['no script is published'] : items.map(lineOf)))
  return exitCodes.ok
}

export async function codecShow(id: string, options: CodecOptions): Promise<number> {
  const codec = await withApi(options, ({ client }) => client.call(routes.codec, { params: { id } }))
  print(options, codec, () => [
    ...codec.versions.map(lineOf),
    ...(codec.text === null ? [] : ['', codec.text.trimEnd()]),
  ])
  return exitCodes.ok
}

export interface WithdrawOptions extends CodecOptions {
  readonly reason?: string
}

export async function codecWithdraw(id: string, options: WithdrawOptions): Promise<number> {
  const query = options.reason === undefined ? {} : { reason: options.reason }
  const withdrawn = await withApi(options, ({ client }) => client.call(routes.deleteCodec, { params: { id }, query }))
  print(options, withdrawn, () => [`${id} reads no frame from now on; its versions are kept`])
  return exitCodes.ok
}

function assignmentOf({ model, source, application }: PublishCodecOptions): CodecAssignmentOnWire {
  const given = [model, source, application].filter((one) => one !== undefined)
  if (given.length !== 1)
    throw new CommandFailed(exitCodes.usage, 'give one of --model VENDOR/MODEL, --source NAME and --application ID')
  if (source !== undefined) return { to: 'source', source }
  if (application !== undefined) return { to: 'application', application }
  const [vendor = '', name = '', ...rest] = (model ?? '').split('/')
  if (vendor === '' || name === '' || rest.length > 0)
    throw new CommandFailed(
      exitCodes.usage,
      `--model ${model}: write VENDOR/MODEL as the network server names them, such as acme/bay-1`,
    )
  return { to: 'model', vendor, model: name }
}

/** Of the file's name. */
function idOf(file: string): string {
  const id = path
    .parse(file)
    .name.toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63)
  if (id === '') throw new CommandFailed(exitCodes.usage, `the name of ${file} makes no id: give --id NAME`)
  return id
}

function lineOf({ id, version, hash, assigned, author, published, reason }: CodecHeadOnWire): string {
  const to = assigned === null ? 'withdrawn' : assignmentText(assigned)
  return `${id.padEnd(24)} ${String(version).padStart(3)}  ${(hash ?? '').slice(0, 12).padEnd(12)}  ${to}  ${author}, ${published}${reason && `: ${reason}`}`
}
