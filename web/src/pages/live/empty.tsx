/** No bays yet: how to send the first reading, and the devices seen so far. */
import { Command } from '../../kit/command.tsx'
import { useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
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
        <p>
          <a href={routes.welcome}>{words.text('welcome')}</a>
        </p>
        <h2>{words.text('emptyStep1')}</h2>
        <Command text="./bin/baykeeper token create --source first" />
        <h2>{words.text('emptyStep2')}</h2>
        {config.ingest_port === null ? <p>{words.text('emptyNoIngest')}</p> : <Command text={send} />}
        <h2>{words.text('emptyStep3')}</h2>
        <p>
          {words.text('emptyStep3Text')} <a href={routes.layout}>{words.text('layout')}</a>
        </p>
      </section>
      <Inbox always />
      <Drawer />
    </div>
  )
}
