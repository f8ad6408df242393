/** Kept until the last caller takes its figures from the gate. */
export * from './gate/measure.ts'
