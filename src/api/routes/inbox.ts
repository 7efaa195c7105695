/** What waits for a person: how many devices have which trouble, senders without a decoder, and the choice of one. */
import type { deviceRoutes } from '@baykeeper/contract/routes/devices.ts'
import { normalHardwareId } from '../../domain/hardware-id.ts'
import { type DeviceId, parseId } from '../../domain/reading.ts'
import type { RouteContext } from '../context.ts'
import { totalsOfDevices } from '../device-list.ts'
import type { Handlers } from '../endpoint.ts'
import { inboxOf, waitingCode } from '../inbox.ts'
import { ProblemError } from '../problem.ts'

export type InboxRoutes = Pick<typeof deviceRoutes, 'deviceTotals' | 'inbox' | 'chooseDecoder'>

export function inboxHandlers({ store, live, clock, log, decoders }: RouteContext): Handlers<InboxRoutes> {
  return {
    async deviceTotals() {
      await live.current()
      const codes = await store.deadLetterCodes()
      const undecoded = codes.find(({ code }) => code === waitingCode)?.waiting ?? 0
      return { ...totalsOfDevices(live, live.now()), undecoded }
    },
    inbox: () => inboxOf(store, decoders),
    async chooseDecoder({ body: { source, device, decoder }, principal }) {
      if (!decoders?.names.includes(decoder))
        throw new ProblemError(404, `there is no decoder ${decoder}: GET /api/v1/inbox lists their names`)
      const id = parseId<DeviceId>(normalHardwareId(device.trim()))
      if (id === undefined) throw new ProblemError(400, `body device: is no id of a device`, { code: 'E_INVALID' })
      const author = principal?.name ?? 'unknown'
      await store.chooseDecoder({ source, device: id, decoder, author, chosen: clock.now() })
      const requeued = await store.requeue({ source, code: waitingCode })
      log.info('a decoder was chosen', { source, device: id, decoder, requeued, by: author })
      return { requeued }
    },
  }
}
