/** No bays yet: how to send the first reading, and the devices seen so far. */
import { useSignal } from '@preact/signals'
import { useDesk } from '../../shell/desk.ts'
import { Drawer } from './drawer.tsx'
import { Inbox } from './inbox.tsx'

export function Empty() {
  const { words, config } = useDesk()
  const send = `curl -X POST http://${location.hostname}:${config.ingest_port}/ingest/v1 \\
  -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' \\
  -d '{"device":"A-017","seq":1,"occupied":true}'`
  return (
    <div class="empty">
      <section class="panel">
        <h1>{words.text('emptyTitle')}</h1>
        <p>{words.text('emptyText')}</p>
        <h2>{words.text('emptyStep1')}</h2>
        <Command text="./bin/baykeeper token create --source first" />
        <h2>{words.text('emptyStep2')}</h2>
        {config.ingest_port === null ? <p>{words.text('emptyNoIngest')}</p> : <Command text={send} />}
        <h2>{words.text('emptyStep3')}</h2>
        <p>
          {words.text('emptyStep3Text')} <a href="/docs">{words.text('apiReference')}</a>
        </p>
      </section>
      <Inbox always />
      <Drawer />
    </div>
  )
}

function Command({ text }: { text: string }) {
  const { words } = useDesk()
  const copied = useSignal(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    copied.value = true
  }
  return (
    <div class="command">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key (WCAG 2.1.1) */}
      <pre tabIndex={0}>{text}</pre>
      {'clipboard' in navigator && (
        <button type="button" onClick={() => void copy()}>
          {words.text(copied.value ? 'copied' : 'copy')}
        </button>
      )}
    </div>
  )
}
