/** Chooses the decoder of each device whose network server cannot name its model, as a person does in the inbox. */
import type { Client } from '@baykeeper/contract/client.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import type { Member, Members } from './members.ts'

export interface FleetDecoders {
  readonly client: Client
  readonly members: Members
  readonly devices: number
  /** That receives the webhooks. */
  readonly source: string
  readonly signal: AbortSignal
  readonly onProgress: (devices: number) => void
}

const atOnce = 8

export async function chooseFleetDecoders(choosing: FleetDecoders): Promise<void> {
  const { client, members, devices, source, signal, onProgress } = choosing
  let next = 0
  const chooser = async () => {
    for (let index = next++; index < devices; index = next++) {
      onProgress(index)
      if (members.wayOf(index) !== 'webhook') continue
      const decoder = unnamedDecoder(members.member(index))
      if (decoder === undefined) continue
      const body = { source, device: members.deviceOf(index), decoder }
      await client.call(routes.chooseDecoder, { body }, { signal })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, chooser))
}

function unnamedDecoder({ lorawan }: Member): string | undefined {
  const named = lorawan?.model.named
  if (!named || lorawan.envelope.names === 'decoder') return undefined
  return lorawan.envelope.names === 'vendor and model' && named.vendor !== undefined ? undefined : named.decoder
}
