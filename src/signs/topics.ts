/** Topics and messages of signs over MQTT. Documented in docs/signs.md, which a test compares with this file. */
import { countedOf, type ShownSign } from '../domain/sign-shown.ts'

export const usualTopic = 'baykeeper/signs'

/** `{topic}`: as it is configured; `{id}`: of the sign. */
export const topicForms = {
  text: '{topic}/{id}/text',
  state: '{topic}/{id}/state',
  status: '{topic}/status',
} as const

export const textTopic = (topic: string, id: string): string =>
  topicForms.text.replace('{topic}', topic).replace('{id}', id)
export const stateTopic = (topic: string, id: string): string =>
  topicForms.state.replace('{topic}', topic).replace('{id}', id)
export const statusTopic = (topic: string): string => topicForms.status.replace('{topic}', topic)

export const statuses = { online: 'online', offline: 'offline' } as const

/** Whether it has to be published again, and what a person or program reads. Ages are as of the publication. */
export function stateMessage(shown: ShownSign, now: number): string {
  const { id, show, value, text, reason, row, ages } = shown
  const { coverage } = countedOf(shown)
  return JSON.stringify({
    ...{ id, show, value, text, reason, mode: row.mode },
    coverage: coverage === null ? null : Math.round(coverage * 1_000) / 1_000,
    age_s: ages.processing === undefined ? null : Math.round(ages.processing / 1_000),
    at: new Date(now).toISOString(),
  })
}

/** Of a server that stops: what it showed may be wrong soon. */
export const stoppedMessage = (id: string, now: number): string =>
  JSON.stringify({
    ...{
      id,
      show: 'blank',
      value: null,
      text: '',
      reason: 'processing-behind',
      mode: 'auto',
      coverage: null,
      age_s: null,
    },
    at: new Date(now).toISOString(),
  })
