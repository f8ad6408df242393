/** The register of facts: what scripts may say beyond their own words, each entry kept for ever. */
export {
  confirmFact,
  expireFact,
  type FactChanged,
  FactConflict,
  factIfChanged,
  setFact,
  unknownFact,
  whyNotConfirm,
} from './change.ts'
export { type FactChange, type FactField, WrongFact } from './changed.ts'
export { digitOf, digitsRead } from './digits.ts'
export { whoEntered } from './entered.ts'
export { importFacts } from './files.ts'
export { type Register, registerOf, standingOfFacts } from './standing.ts'
export { type FactEntry, factEntries, factsOf, entriesUnder } from './store.ts'
