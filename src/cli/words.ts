/** What tables call the states: the same words as on the pages, Vietnamese first. */
import type { KeyState } from '../approval/index.ts'
import type { DeviceDelivery } from '../delivery/index.ts'
import type { OutcomeState } from '../evidence/index.ts'
import type { ImportedScript, Priority, VersionState } from '../scripts/index.ts'

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

export const keyWord: Record<KeyState, string> = {
  'pending-confirmation': '◐ chờ người thứ hai xác nhận · pending confirmation',
  'pending-root': '◐ chờ khóa gốc ký · pending root',
  active: '● có hiệu lực · active',
  suspended: '✕ tạm dừng · suspended',
  revoked: '✕ đã thu hồi · revoked',
}

/** How urgent an item is. */
export const priorityWord: Record<Priority, string> = {
  'thong-thuong': 'thông thường · normal',
  'uu-tien': 'ưu tiên · priority',
  'khan-cap': 'khẩn cấp · urgent',
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
