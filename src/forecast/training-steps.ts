/** Of a fine-tuning: a few minutes on one core. */
export const trainingStepsUsual = 600
