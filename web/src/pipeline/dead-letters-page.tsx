import type { Desk } from '../desk/desk.ts'
import { PageHead } from './page-head.tsx'
import { usePipelineWords, withWords } from './pipeline-words.ts'
export const load = (desk: Desk) => withWords(desk, Page)
function Page() {
  const words = usePipelineWords()
  return <PageHead title={words.text('losses')} />
}
