/** The API that a command works with: `--to` and `--api-key`, else the environment, else the server that runs on the data directory. */
import { ApiError, type Client, createClient } from '@baykeeper/contract/client.ts'
import { createCommandKey } from '../auth/command-key.ts'
import { openKeyring } from '../auth/keyring.ts'
import { CommandFailed, exitCodes } from './output.ts'
import { type PlaceOptions, placeOf, runningServer } from './place.ts'

export interface ApiOptions extends PlaceOptions {
  /** Base URL of web and API. */
  readonly to?: string | undefined
  /** What the command calls the option; default --to. */
  readonly toOption?: string
  readonly apiKey?: string
}

export interface ApiTarget extends AsyncDisposable {
  readonly client: Client
  readonly web: string
}

export async function openApi(options: ApiOptions): Promise<ApiTarget> {
  const { data } = placeOf(options).config
  const { toOption = '--to' } = options
  const own = options.to === undefined ? (await runningServer(data))?.web : undefined
  const web = options.to ?? own
  if (web === undefined)
    throw new CommandFailed(
      exitCodes.unreachable,
      `no server runs on ${data}; start one (baykeeper start), or give ${toOption} URL and --api-key KEY`,
    )
  if (!URL.canParse(web))
    throw new CommandFailed(exitCodes.usage, `${toOption} ${web}: give a URL like http://127.0.0.1:8080`)
  const given = options.apiKey ?? process.env['BAYKEEPER_API_KEY']
  if (given !== undefined || own === undefined) {
    if (given === undefined)
      throw new CommandFailed(
        exitCodes.usage,
        `give --api-key KEY (or BAYKEEPER_API_KEY) for the server of ${toOption}`,
      )
    return { web, client: createClient({ base: web, key: given }), [Symbol.asyncDispose]: async () => {} }
  }
  using keyring = await openKeyring(data)
  const { name, key } = await createCommandKey(keyring)
  return {
    web,
    client: createClient({ base: web, key }),
    async [Symbol.asyncDispose]() {
      using keys = await openKeyring(data)
      await keys.revoke(name, 'api')
    },
  }
}

/** The error of a call as one of a command: what the server answered, or that it does not answer. */
export function failureOf(fault: unknown, web: string): unknown {
  if (fault instanceof ApiError) {
    const { detail, title } = fault.problem
    return new CommandFailed(exitCodes.failed, detail ?? title ?? `${web} answers ${fault.status}`, { cause: fault })
  }
  if (fault instanceof TypeError)
    return new CommandFailed(
      exitCodes.unreachable,
      `${web} does not answer: check the address, and that the server runs`,
      {
        cause: fault,
      },
    )
  return fault
}
