/** `baykeeper signs list|show|check|apply`: signs of a server, and files of them. */
import { routes } from '@baykeeper/contract/routes.ts'
import type { SignOnWire } from '@baykeeper/contract/sign.ts'
import { type ApiOptions, failureOf, openApi } from './api-target.ts'
import { counted } from './counted.ts'
import { exitCodes, print, type Spoken } from './output.ts'
import { readSignFile } from './sign-file.ts'

interface SignOptions extends ApiOptions, Spoken {}

export async function signsList(options: SignOptions): Promise<number> {
  await using target = await openApi(options)
  const { items } = await call(target.web, () => target.client.call(routes.signs))
  print(options, { signs: items }, () => (items.length === 0 ? ['there are no signs'] : items.map(lineOf)))
  return exitCodes.ok
}

export async function signsShow(id: string, options: SignOptions): Promise<number> {
  await using target = await openApi(options)
  const { web, client } = target
  const params = { id }
  const sign = await call(web, () => client.call(routes.sign, { params }))
  const { items } = await call(web, () => client.call(routes.signHistory, { params, query: { limit: 10 } }))
  print(options, { sign, history: items }, () => [
    lineOf(sign),
    `${sign.free} of ${sign.capacity} places free, ${sign.known} known; processing ${sign.age_s ?? '?'} s behind`,
    ...items.map(
      ({ at, show, value, reason, author, comment }) =>
        `${at} ${value ?? show} (${reason})${author === null ? '' : ` by ${author}${comment && `: ${comment}`}`}`,
    ),
  ])
  return exitCodes.ok
}

export function signsCheck(file: string, options: SignOptions): number {
  const { signs } = readSignFile(file)
  print(options, { signs: signs.length }, () => [`${file}: ${counted(signs.length, 'sign')}, no fault`])
  return exitCodes.ok
}

interface ApplyOptions extends SignOptions {
  readonly prune?: boolean
}

/** The file is checked whole first; then signs are set one after the other, and what was set stays when one is refused. */
export async function signsApply(file: string, options: ApplyOptions): Promise<number> {
  const { signs } = readSignFile(file)
  await using target = await openApi(options)
  const { web, client } = target
  const before = await call(web, () => client.call(routes.signs))
  const applied: string[] = []
  for (const { id, ...body } of signs) {
    await call(web, () => client.call(routes.putSign, { params: { id }, body }))
    applied.push(id)
  }
  const named = new Set(applied)
  const others = before.items.map(({ id }) => id).filter((id) => !named.has(id))
  const removed = options.prune ? others : []
  for (const id of removed) await call(web, () => client.call(routes.deleteSign, { params: { id } }))
  const kept = options.prune ? [] : others
  print(options, { applied, removed, kept }, () => [
    `${counted(applied.length, 'sign')} set${removed.length > 0 ? `, ${removed.length} removed` : ''}`,
    ...(kept.length > 0 ? [`not in the file, and kept: ${kept.join(', ')} (--prune removes them)`] : []),
  ])
  return exitCodes.ok
}

const lineOf = ({ id, show, text, reason, name, mode }: SignOnWire) =>
  `${id.padEnd(20)} ${(text || show).padEnd(8)} ${reason.padEnd(18)} ${mode.padEnd(6)} ${name}`

async function call<T>(web: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (fault) {
    throw failureOf(fault, web)
  }
}
