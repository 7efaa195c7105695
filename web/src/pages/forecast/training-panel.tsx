/** Train now: start, how far it is, cancel, and what came of it. */
import type { TrainingJob } from '@baykeeper/contract/forecast-pages.ts'
import { trainingStages } from '@baykeeper/contract/vocabulary.ts'
import { mayEverywhere, useDesk } from '../../shell/desk.ts'
import { Panel } from '../live/panel.tsx'
import type { ForecastKey } from './en.ts'
import { useForecastWords } from './forecast-words.ts'
import { useTraining } from './training-job.ts'

const freshMs = 90_000
const stages = trainingStages.filter((stage) => stage !== 'done' && stage !== 'cancelled')
const stateWords = {
  never: 'trainNever',
  running: 'trainRunning',
  done: 'trainDone',
  cancelled: 'trainCancelled',
  failed: 'trainFailed',
} as const satisfies Record<TrainingJob['state'], ForecastKey>

export function TrainingPanel() {
  const words = useForecastWords()
  const desk = useDesk()
  const { now } = desk
  const mayTrain = mayEverywhere(desk, 'operate')
  const { state, start, cancel } = useTraining(words)
  const { job, asking, why } = state
  const training = job.value
  const running = training?.state === 'running'
  const absent = job.status === 404
  return (
    <Panel
      title={words.text('training')}
      class="training"
      of={job}
      freshMs={freshMs}
      actions={
        !absent &&
        mayTrain && (
          <button
            type="button"
            class="main"
            aria-disabled={asking || !training}
            onClick={() => void (running ? cancel() : start())}
          >
            {words.text(asking ? 'trainAsking' : running ? 'trainCancel' : 'trainNow')}
          </button>
        )
      }
    >
      <p class="quiet">{words.text('trainText')}</p>
      {!mayTrain && <p class="quiet">{words.text('mayNot')}</p>}
      {why && (
        <p class="banner warn" role="status">
          {why}
        </p>
      )}
      {training && (
        <>
          <p>
            <span class={`chip ${training.state === 'failed' ? 'bad' : running ? 'ok' : 'plain'}`}>
              {words.text(stateWords[training.state])}
            </span>{' '}
            {training.verdict && (
              <span class={`chip ${training.verdict.served ? 'ok' : 'warn'}`}>
                {words.text(training.verdict.served ? 'verdictServed' : 'verdictAside')}
              </span>
            )}{' '}
            <span lang="en">{training.detail}</span>
          </p>
          {running && <Progress job={training} />}
          {!running && training.ended && training.started && (
            <p class="quiet">
              {words.text('ended', {
                age: words.ago(now.value - Date.parse(training.ended)),
                span: words.span(Date.parse(training.ended) - Date.parse(training.started)),
              })}
            </p>
          )}
          {!running && training.state === 'done' && training.progress && <Figures job={training} />}
        </>
      )}
    </Panel>
  )
}

function Progress({ job }: { job: TrainingJob }) {
  const words = useForecastWords()
  const { progress } = job
  const stage = stages.find((each) => each === progress?.stage)
  const k = stage ? stages.indexOf(stage) : -1
  const name = words.text(stage ? (stage === 'training' ? 'trainingStage' : stage) : 'waitsFirst')
  return (
    <>
      <div class="training-bar">
        <span id="training-stage">
          {k >= 0 ? words.text('stage', { k: k + 1, n: stages.length, stage: name }) : name}
        </span>
        {progress && progress.steps > 0 ? (
          <>
            <progress aria-labelledby="training-stage" max={progress.steps} value={progress.step} />
            <span>{words.text('steps', { step: progress.step, steps: progress.steps })}</span>
          </>
        ) : (
          <progress aria-labelledby="training-stage" />
        )}
      </div>
      <Figures job={job} />
    </>
  )
}

function Figures({ job: { progress, verdict } }: { job: TrainingJob }) {
  const words = useForecastWords()
  if (!progress) return null
  const loss = (value: number) => words.number(value, 4)
  return (
    <dl class="figures">
      <div>
        <dt>{words.text('samples')}</dt>
        <dd>{words.number(progress.samples_per_s)}</dd>
      </div>
      <div>
        <dt>{words.text('loss')}</dt>
        <dd>{loss(progress.loss)}</dd>
      </div>
      {progress.validation !== undefined && (
        <div>
          <dt>{words.text('validation')}</dt>
          <dd>{loss(progress.validation)}</dd>
        </div>
      )}
      {verdict && (
        <>
          <div>
            <dt>{words.count('heldOut', verdict.days)}</dt>
            <dd>{loss(verdict.error)}</dd>
          </div>
          <div>
            <dt>{words.text('heldOutBefore')}</dt>
            <dd>{loss(verdict.before)}</dd>
          </div>
        </>
      )}
      {progress.stage !== 'done' && (
        <div>
          <dt>{words.text('eta')}</dt>
          <dd>{progress.eta_s === null ? '–' : words.span(progress.eta_s * 1_000)}</dd>
        </div>
      )}
    </dl>
  )
}
