/** Row types of the tables of audio; see tables.ts. */

export interface RecordingRow {
  id: string
  script_id: string
  version: number
  language: string
  station_id: string | null
  spoken: string
  voice: string
  recipe: string
  milliseconds: number
  loudness_lufs: number
  true_peak_dbtp: number
  created_at: string
  sentences: string
  quality: string
  remark: string | null
  upload_id: string | null
}

export interface RenditionRow {
  recording_id: string
  codec: string
  sha256: string
  bytes: number
  chunks: string
}

export interface UploadRow {
  id: string
  script_id: string
  version: number
  language: string
  station_id: string | null
  original_sha256: string
  original_name: string
  original_bytes: number
  speaker: string
  consent: string
  noise_reduction: number
  treatment: string
  faults: string
  uploaded_by: string
  at: string
}

export interface ClipRow {
  sha256: string
  recording_id: string
  airing_id: string | null
  verdict: string
  finding: string
  person_id: string | null
  at: string
}

export interface RenderFailureRow {
  recording_id: string
  script_id: string
  version: number
  station_id: string | null
  why_vi: string
  why_en: string
  tries: number
  at: string
}
