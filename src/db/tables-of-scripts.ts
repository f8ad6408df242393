/** Row types of scripts and facts: see tables.ts. */
import type { Generated } from 'kysely'

export interface FactEntryRow {
  number: Generated<number>
  fact_id: string
  kind: string
  name_vi: string
  name_en: string
  value: string
  spoken: string | null
  status: string
  valid_from: string
  valid_to: string | null
  source: string
  checked_on: string
  person_id: string | null
  at: string
}

export interface ScriptRow {
  id: string
  kind: string
  created_at: string
}

export interface ScriptVersionRow {
  script_id: string
  version: number
  language: string
  title: string
  title_en: string
  audience: string
  body: string
  priority: string
  valid_from: string
  valid_to: string | null
  facts: string
  sources: string
  author_id: string
  created_at: string
  submitted_by: string | null
  submitted_at: string | null
  submitted_text: string | null
  withdrawn_by: string | null
  withdrawn_at: string | null
  withdrawn_why: string | null
  summary_en: string | null
  demo: number | null
  fact_entries: string | null
  returned_by: string | null
  returned_at: string | null
  returned_why: string | null
}
