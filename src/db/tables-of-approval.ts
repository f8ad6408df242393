/** Row types of the tables of approval that came with schema 3; see tables.ts. */

export interface KeyEnrolmentRow {
  kid: string
  kind: string
  rp_id: string | null
  origins: string | null
  enrolled_by: string | null
  enrolled_at: string
  confirmed_by: string | null
  confirmed_at: string | null
}
