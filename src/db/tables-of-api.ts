/** Row types of the tables of the programming interface; see tables.ts. */

export interface ApiKeyUsedRow {
  person_id: string
  key: string
  asked: string
  at: string
  done: number
  answer: string | null
}
