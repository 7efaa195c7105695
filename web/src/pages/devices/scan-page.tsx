/** A label is scanned or typed, a bay is chosen, and the device counts there: for a phone in the street. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { type DeviceLabel, readDeviceLabel } from '@baykeeper/contract/device-label.ts'
import { useSignal } from '@preact/signals'
import { useCallback } from 'preact/hooks'
import { useFetched } from '../../kit/fetched.ts'
import { may, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { presenceWord } from '../live/reading.ts'
import { AssignForm } from './assign-form.tsx'
import { AssignLines } from './assign-lines.tsx'
import { BayLink } from './device-parts.tsx'
import { useDevicesWords } from './devices-words.ts'
import { hasCamera, LabelCamera } from './label-camera.tsx'

const pollMs = 3_000

export function ScanPage() {
  const desk = useDesk()
  const { words } = useDevicesWords()
  const text = useSignal('')
  const camera = useSignal(false)
  const many = useSignal(false)
  const done = useSignal('')
  const read = readDeviceLabel(text.value)
  const found = useCallback(
    (value: string) => {
      text.value = value
      camera.value = false
      done.value = ''
    },
    [text, camera, done],
  )
  return (
    <>
      <header class="page-head">
        <div>
          <p class="quiet">
            <a href={routes.devices}>{words.text('devices')}</a> /
          </p>
          <h1>{words.text('scan')}</h1>
          <p class="quiet">{words.text('scanLead')}</p>
        </div>
      </header>
      <p role="status">{done.value}</p>
      <section class="panel part scan" aria-label={words.text('scan')}>
        {camera.value && <LabelCamera found={found} />}
        <label>
          <span>{words.text('labelText')}</span>
          <input
            autocomplete="off"
            spellcheck={false}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value
              done.value = ''
            }}
          />
        </label>
        {hasCamera() && (
          <button type="button" aria-pressed={camera.value} onClick={() => (camera.value = !camera.value)}>
            {words.text(camera.value ? 'cameraOff' : 'cameraOn')}
          </button>
        )}
        {text.value.trim() !== '' && !read.ok && (
          <p class="alert" role="alert">
            {words.text(read.fault)}
          </p>
        )}
        {read.ok && (
          <Scanned
            key={read.label.device}
            label={read.label}
            done={() => {
              done.value = words.text('scanDone', { id: read.label.device })
              text.value = ''
            }}
            cancel={() => (text.value = '')}
          />
        )}
      </section>
      {may(desk, 'operate') && (
        <p class="ways">
          <button type="button" aria-expanded={many.value} onClick={() => (many.value = !many.value)}>
            {words.text('assignByLines')}
          </button>
        </p>
      )}
      {many.value && <AssignLines devices={[]} close={() => (many.value = false)} done={() => {}} />}
    </>
  )
}

interface ScannedProps {
  readonly label: DeviceLabel
  done(): void
  cancel(): void
}

function Scanned({ label: { device, vendorId, profileId }, done, cancel }: ScannedProps) {
  const desk = useDesk()
  const { words } = useDevicesWords()
  const request = requestOf('GET /api/v1/devices/{id}', { params: { id: device } })
  const found = useFetched(request, pollMs).value
  const shown = found.value
  return (
    <>
      <dl class="facts">
        <div>
          <dt>{words.text('device')}</dt>
          <dd>
            <code>
              <bdi>{device}</bdi>
            </code>
          </dd>
        </div>
        {vendorId !== undefined && (
          <div>
            <dt>{words.text('labelVendor')}</dt>
            <dd>
              {vendorId} / {profileId}
            </dd>
          </div>
        )}
        {shown && (
          <div>
            <dt>{words.text('state')}</dt>
            <dd>{presenceWord(words, shown)}</dd>
          </div>
        )}
        {shown && (
          <div>
            <dt>{words.text('bay')}</dt>
            <dd>{shown.bay === null ? words.text('noBay') : <BayLink bay={shown.bay} />}</dd>
          </div>
        )}
      </dl>
      <p class="quiet">
        {found.status === 404 && words.text('scanUnheard')}
        {shown && words.text('scanHeard', { ago: words.ago(desk.now.value - Date.parse(shown.arrived)) })}
      </p>
      {may(desk, 'operate') ? (
        <AssignForm device={device} done={done} cancel={cancel} />
      ) : (
        <p class="quiet">{words.text('needOperator')}</p>
      )}
    </>
  )
}
