/** The register of facts: what scripts may say beyond their own words, each entry kept for ever. */
export { expireFact, type FactChange, type FactChanged, setFact, unknownFact } from './change.ts'
export { digitOf, digitsRead } from './digits.ts'
export { importFacts } from './files.ts'
export { type Register, registerOf, standingOfFacts } from './standing.ts'
export { type FactEntry, factEntries, factsOf } from './store.ts'
