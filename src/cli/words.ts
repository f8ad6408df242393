/** What tables call the states: the same words as on the pages, Vietnamese first. */
import type { DeviceDelivery } from '../delivery/index.ts'
import type { OutcomeState } from '../evidence/index.ts'
import type { ImportedScript, VersionState } from '../scripts/index.ts'

export const outcomeWord: Record<OutcomeState, string> = {
  met: '● đạt · met',
  waiting: '◐ đang chờ xác nhận · waiting',
  unknown: '◐ chưa rõ · unknown',
  partial: '✕ phát không trọn · in part',
  missed: '✕ không đạt · missed',
  refused: '✕ thiết bị từ chối phát · refused',
  coming: '– chưa đến hạn · coming',
  cancelled: '– đã hủy · cancelled',
}

export const deviceWord: Record<DeviceDelivery['state'], string> = {
  ready: 'khỏe · ready',
  lost: 'im lặng · silent',
  disconnected: 'đã tắt · switched off',
  never: 'chưa từng lên tiếng · never heard',
}

export const stateWord: Record<VersionState, string> = {
  draft: 'bản nháp · draft',
  submitted: '◐ đã trình, chờ duyệt · submitted',
  returned: '✕ bị trả lại · returned',
  approved: '● đã duyệt, chưa đến ngày · approved',
  'in-force': '● có hiệu lực · in force',
  expired: '– hết hiệu lực · expired',
  withdrawn: '– đã thu hồi · withdrawn',
}

export const importedWord: Record<ImportedScript['state'], string> = {
  new: 'bản nháp mới · new',
  same: 'không đổi · same',
}

/** What an officer said. */
export const attestedWord: Record<'played' | 'missed', string> = {
  played: 'đã phát · played',
  missed: 'không phát được · not played',
}
