/** One model of a device as a file in models/ describes it, and what is wrong with such a file: each fault names the file and the field. */

export interface DeviceModel {
  /** Named like the decoder of its frames, unless `decoder` names another. */
  readonly model: string
  readonly name: string
  /** Versions whose frames were tried. */
  readonly firmware?: readonly string[]
  /** It sends at least so often, seconds. Absent: it promises nothing. */
  readonly heartbeatS?: number
  /** Charge by voltage, from empty to full: volts and percent, both rising. */
  readonly battery?: readonly (readonly [volts: number, percent: number])[]
  /** Width of its counters, in bits: behind the highest number they begin again at 0. */
  readonly counterBits?: number
  readonly decoder?: string
}

/** Rising voltages and percents, at least two points. */
function curveFault(value: unknown): string | undefined {
  const isPoint = (point: unknown) =>
    Array.isArray(point) && point.length === 2 && point.every((each) => typeof each === 'number' && each >= 0)
  if (!Array.isArray(value) || value.length < 2 || !value.every(isPoint))
    return 'must be a list of at least two pairs of volts and percent, like [[2.1, 0], [3.6, 100]]'
  const points = value as readonly (readonly [number, number])[]
  const rises = points.every(([volts, percent], i) => {
    const before = points[i - 1]
    return percent <= 100 && (before === undefined || (volts > before[0] && percent >= before[1]))
  })
  return rises ? undefined : 'must rise from empty to full, and end at 100 % at most'
}

const nameForm = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const nameFault = (value: unknown) =>
  typeof value === 'string' && nameForm.test(value)
    ? undefined
    : 'must be lower-case letters, digits and hyphens, like bosch-tps110'
const textFault = (value: unknown) =>
  typeof value === 'string' && value.trim() === value && value !== '' ? undefined : 'must be a text'
const counterWidths: readonly unknown[] = [8, 16, 32]
const yearS = 366 * 86_400

/** Undefined where the value is right. */
const fields: Readonly<Record<keyof DeviceModel, (value: unknown) => string | undefined>> = {
  model: nameFault,
  name: textFault,
  firmware: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((each) => textFault(each) === undefined)
      ? undefined
      : 'must be a list of versions, like ["0.39.2"]',
  heartbeatS: (value) =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) <= yearS
      ? undefined
      : 'must be whole seconds, from 1 to a year',
  battery: curveFault,
  counterBits: (value) => (counterWidths.includes(value) ? undefined : 'must be 8, 16 or 32'),
  decoder: nameFault,
}
const needed: readonly (keyof DeviceModel)[] = ['model', 'name']

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The models of one file. Throws with the file and the field that is wrong. */
export function modelsOfFile(file: string, value: unknown): readonly DeviceModel[] {
  const wrong = (field: string, fault: string): never => {
    throw new Error(`${file}: ${field} ${fault}`)
  }
  if (!isObject(value)) return wrong('the file', 'must be an object with "vendor" and "models"')
  const fault = textFault(value['vendor'])
  if (fault !== undefined) wrong('vendor', fault)
  const models = value['models']
  if (!Array.isArray(models) || models.length === 0) return wrong('models', 'must be a list with at least one model')
  const extra = Object.keys(value).find((key) => key !== 'vendor' && key !== 'models')
  if (extra !== undefined) wrong(extra, 'is no field of the file; there are vendor and models')
  for (const [i, model] of (models as unknown[]).entries()) {
    if (!isObject(model)) return wrong(`models[${i}]`, 'must be an object')
    for (const name of needed)
      if (model[name] === undefined) wrong(`models[${i}].${name}`, 'is missing: every model needs it')
    for (const [name, given] of Object.entries(model)) {
      if (!Object.hasOwn(fields, name))
        wrong(`models[${i}].${name}`, `is no field of a model; there are ${Object.keys(fields).join(', ')}`)
      const problem = fields[name as keyof DeviceModel](given)
      if (problem !== undefined) wrong(`models[${i}].${name}`, problem)
    }
  }
  return models as DeviceModel[]
}

/** All files together. Throws where two describe one model. */
export function registryOf(
  files: readonly { readonly name: string; readonly value: unknown }[],
): ReadonlyMap<string, DeviceModel> {
  const found = new Map<string, DeviceModel>()
  const fileOf = new Map<string, string>()
  for (const { name, value } of files)
    for (const model of modelsOfFile(name, value)) {
      const first = fileOf.get(model.model)
      if (first !== undefined) throw new Error(`${name}: model ${model.model} is in ${first} already`)
      fileOf.set(model.model, name)
      found.set(model.model, model)
    }
  return found
}
