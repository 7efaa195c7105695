/** Bugs of the forecaster: what it learns from, what it forecasts, and how it is scored. */
import type { PlantedBug } from './planted-bug.ts'

const test = (file: string) => ['--test', `forecaster/${file}.test.ts`]
const features = test('features/features')
const lines = test('serve/lines')
const windows = test('train/windows')
const board = test('scoring/scoreboard')
const files = test('model/files')

export const forecasterBugs: readonly PlantedBug[] = [
  {
    what: 'charges a forecast that is too high as one that is too low',
    file: 'forecaster/scoring/quantiles.ts',
    from: '(level - 1) * (truth - forecast)',
    to: '-level * (truth - forecast)',
    judge: test('scoring/quantiles'),
  },
  {
    what: 'counts cells without a truth into the error',
    file: 'forecaster/scoring/errors.ts',
    from: '    if (mask[i] === 1) {\n      sum += Math.abs',
    to: '    if (mask[i] !== undefined) {\n      sum += Math.abs',
    judge: test('scoring/errors'),
  },
  {
    what: 'leaves the first day out when it compares two methods',
    file: 'forecaster/scoring/bootstrap.ts',
    from: 'Int32Array.from(cells.keys()).filter((day) => (cells[day] as number) > 0)',
    to: 'Int32Array.from(cells.keys()).filter((day) => (cells[day] as number) > 0 && day > 0)',
    judge: test('scoring/bootstrap'),
  },
  {
    what: 'lets the expert gain that was wrong',
    file: 'forecaster/recipe/weighing.ts',
    from: '? 1 - (levels[k] as number) : -(levels[k] as number)',
    to: '? -(levels[k] as number) : 1 - (levels[k] as number)',
    judge: test('recipe/weighing'),
  },
  {
    what: 'forecasts a minute of a closure',
    file: 'contract/forecast-minute.ts',
    from: 'if (closed) return { withheld: closed.why, widened: 1 }',
    to: 'if (closed?.why === undefined && closed) return { withheld: closed.why, widened: 1 }',
    judge: test('serve/forecasting'),
  },
  {
    what: 'is surer of a lot than its last weeks allow',
    file: 'forecaster/recipe/floor.ts',
    from: 'const floorShare = 0.5',
    to: 'const floorShare = 0.05',
    judge: test('serve/never-absurd'),
  },
  {
    what: 'measures a site that never moves by an error of nothing',
    file: 'forecaster/features/anchor.ts',
    from: 'Math.max(scaleMin, total / pairs)',
    to: 'total / pairs',
    judge: features,
  },
  {
    what: 'takes the clocks of today for those of tomorrow',
    file: 'forecaster/serve/site-panel.ts',
    from: 'horizon + Math.round((offset(step + horizon) - offset(step)) / stepMs)',
    to: 'horizon',
    judge: test('serve/day-view'),
  },
  {
    what: 'scores a forecast before its time has come',
    file: 'forecaster/scoring/scoreboard.ts',
    from: 'return truth === undefined ? [] : [{ ...forecast, truth, atMs }]',
    to: 'return [{ ...forecast, truth: truth ?? 0, atMs }]',
    judge: board,
  },
  {
    what: 'learns from the days that it is judged on',
    file: 'forecaster/train/windows.ts',
    from: 'const seenTo = stepsOf(panel) - heldOutDays * panel.slots',
    to: 'const seenTo = stepsOf(panel)',
    judge: windows,
  },
  {
    what: 'goes on with a training that has to pause',
    file: 'forecaster/train/parent-control.ts',
    from: "if (line === 'rest')",
    to: "if (line === 'paused')",
    judge: test('train/parent-control'),
  },
  {
    what: 'answers an invalid line with the id of none',
    file: 'forecaster/serve/lines.ts',
    from: '    id = idOf(raw)\n',
    to: '',
    judge: lines,
  },
  {
    what: 'finds more free spaces more likely than fewer',
    file: 'forecaster/serve/probability.ts',
    from: '1 - (k - 0.5) / capacity',
    to: '(k - 0.5) / capacity',
    judge: lines,
  },
  {
    what: 'widens a forecast from fresh input',
    file: 'forecaster/serve/staleness.ts',
    from: 'known < coverageFull ? Math.sqrt(coverageFull / known) : 1',
    to: 'Math.sqrt(1 / (coverageFull * known))',
    judge: lines,
  },
  {
    what: 'reads on behind the end of a file of weights that was cut off',
    file: 'forecaster/model/safetensors.ts',
    from: ' || from < 0 || start + to > bytes.length',
    to: ' || from < 0',
    judge: files,
  },
  {
    what: 'forecasts from the rate that it is to forecast',
    file: 'forecaster/features/anomaly.ts',
    from: 'for (let k = 1; k <= weeks; k++)',
    to: 'for (let k = 0; k < weeks; k++)',
    judge: features,
  },
  {
    what: 'takes a Sunday for a Monday',
    file: 'forecaster/data/panel.ts',
    from: '(((day + 3) % 7) + 7) % 7',
    to: '(((day + 4) % 7) + 7) % 7',
    judge: test('data/data'),
  },
]
