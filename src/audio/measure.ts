/** The gate's measurement under the name that trying a voice uses. */
export { measureFiles as measure, type Measurement } from './gate/index.ts'
