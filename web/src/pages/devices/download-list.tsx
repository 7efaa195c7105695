/** The list as it is filtered, every page of it, as one CSV file. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { useDevicesWords } from './devices-words.ts'
import type { DeviceListAddress } from './list-address.ts'

const pageItems = 1_000

export function DownloadList({ list }: { list: DeviceListAddress }) {
  const { words } = useDevicesWords()
  const failed = useSignal(false)
  const download = async () => {
    try {
      save(await wholeList(list), `devices-${new Date().toISOString().slice(0, 10)}.csv`)
      failed.value = false
    } catch {
      failed.value = true
    }
  }
  return (
    <>
      <button type="button" onClick={() => void download()}>
        {words.text('download')}
      </button>
      {failed.value && <span role="alert">{words.text('downloadFailed')}</span>}
    </>
  )
}

async function wholeList(list: DeviceListAddress): Promise<Blob> {
  const parts: string[] = []
  let url: string | undefined = requestOf('GET /api/v1/devices', { query: { ...list, limit: pageItems } }).url
  while (url) {
    const answer: Response = await fetch(url, { headers: { accept: 'text/csv' } })
    if (!answer.ok) throw new Error(`the list was answered with ${answer.status}`)
    const text = await answer.text()
    // The header stands in the first page alone.
    parts.push(parts.length === 0 ? text : text.slice(text.indexOf('\n') + 1))
    url = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  return new Blob(parts, { type: 'text/csv' })
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000)
}
