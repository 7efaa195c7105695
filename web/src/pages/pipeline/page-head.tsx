/** Head of the pages about the pipeline: title, and the way to the others. With it their style sheet. */
import type { ComponentChildren } from 'preact'
import { useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { usePipelineWords } from './pipeline-words.ts'
import './pipeline.css'

const tabs = [
  ['pipeline', 'tabPipeline'],
  ['losses', 'tabLosses'],
  ['deadLetters', 'tabDead'],
  ['notifications', 'tabNotifications'],
] as const

export function PageHead({ title, lead }: { title: string; lead?: ComponentChildren }) {
  const words = usePipelineWords()
  const { place } = useDesk()
  return (
    <header class="page-head">
      <div>
        <h1>{title}</h1>
        {lead && <p class="quiet">{lead}</p>}
      </div>
      <nav class="tabs" aria-label={words.text('tabs')}>
        {tabs.map(([route, name]) => (
          <a key={route} href={routes[route]} {...(place.value.route === route ? { 'aria-current': 'page' } : {})}>
            {words.text(name)}
          </a>
        ))}
      </nav>
    </header>
  )
}
