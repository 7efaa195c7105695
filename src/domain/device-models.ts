/**
 * The registry of device models: what a model promises, a file a vendor (models/); the folder is read at start, so that a model is added without
 * code. One that is not listed promises nothing, and `promiseHours` of the configuration counts.
 */
import { readJsonFolder } from '../lib/json-folder.ts'
import { type DeviceModel, registryOf } from './device-model.ts'

export const deviceModels: ReadonlyMap<string, DeviceModel> = registryOf(
  readJsonFolder(`${import.meta.dirname}/models`),
)
