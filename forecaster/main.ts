/**
 * The forecaster: a process of its own. `serve` answers forecasts and scores, `train` makes weights, `grow` trees. It knows the server by the contract
 * alone; without it the server runs as before.
 *
 *   node forecaster/main.ts serve [--weights FILE]
 *   node forecaster/main.ts train --data muenster|city|shipped|FILE --out FILE [--steps N] [--seed N] [--progress bar|json] [--from FILE]
 *   node forecaster/main.ts grow --data shipped|city --out FILE
 *
 * FILE holds histories of sites, one a line. With --parent-control a training ends when its standard input closes, because its parent has exited then; it
 * pauses from a line "rest" to a line "go on".
 */
import { statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { newPredictor } from './model/predictor.ts'
import { readModel } from './model/weights-file.ts'
import { newForecaster } from './serve/forecasting.ts'
import { answeredHorizons } from './serve/horizons.ts'
import { serve } from './serve/lines.ts'
import { ownWeights, trainCommand } from './train/train-command.ts'
import { heldOutDaysMost as heldOutDays } from './train/windows.ts'
import { growCommand } from './trees/grow-command.ts'
import { readTrees } from './trees/trees-file.ts'

/** Live ingest has priority: forecasting runs at a lower priority, training at the lowest. */
const serveNiceness = 10
const trainNiceness = 19
/** Small: each place of a batch that no lot fills costs as much as one. */
const serveSeries = 32
const dayMs = 86_400_000
const shippedWeights = path.join(import.meta.dirname, 'weights/shipped.safetensors')
const shippedTrees = path.join(import.meta.dirname, 'weights/trees.safetensors')

// A terminal's hang-up reaches the whole group, and the server goes on.
process.on('SIGHUP', () => {})

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    weights: { type: 'string', default: shippedWeights },
    data: { type: 'string' },
    out: { type: 'string' },
    from: { type: 'string' },
    steps: { type: 'string' },
    seed: { type: 'string', default: '1' },
    progress: { type: 'string', default: process.stderr.isTTY ? 'bar' : 'json' },
    'parent-control': { type: 'boolean', default: false },
    folder: { type: 'string', default: path.join(import.meta.dirname, '../../shared/data') },
  },
})

switch (positionals[0]) {
  case 'serve': {
    os.setPriority(serveNiceness)
    const { config, tensors, hash, about } = readModel(values.weights)
    // The network reads how far ahead a target lies, so it is asked at more horizons than it was trained on.
    await using predictor = await newPredictor({ ...config, horizons: answeredHorizons }, tensors, serveSeries)
    // Who asks first reads a history meanwhile.
    await predictor.warm()
    console.error(`forecaster: weights ${hash}, ${answeredHorizons.length} horizons`)
    const unseenFromMs = about === ownWeights ? statSync(values.weights).mtimeMs - heldOutDays * dayMs : undefined
    const { grown: trees } = readTrees(shippedTrees)
    const forecaster = newForecaster({
      ...{ predictor, horizons: answeredHorizons, lots: config.lots, hash, unseenFromMs, trees },
      onFault: (what, fault) =>
        console.error(`forecaster: ${what} could not be made, and forecasts go on without:`, fault),
    })
    await serve(forecaster, { input: process.stdin, output: process.stdout })
    forecaster.stop()
    break
  }
  case 'train':
    os.setPriority(trainNiceness)
    process.exitCode = await trainCommand(values)
    break
  case 'grow':
    os.setPriority(trainNiceness)
    process.exitCode = growCommand(values)
    break
  default:
    console.error('forecaster serve | train | grow; see the head of forecaster/main.ts')
    process.exitCode = 2
}
