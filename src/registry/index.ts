/**
 * Registry: which units, stations, villages and devices there are, on any day.
 *
 * Promises: a unit is one version between two dates, key (code, valid_from), because the statistics
 * office uses codes again (20443 was xã A Xan, now it is xã Hùng Sơn). A station serves one commune of
 * 2021 and stays where it is; on every day its area belongs to exactly one unit, found by following the
 * successions once, when the registry is loaded, so that a month's denominators are those of that month
 * and never of today. Loading is whole or not at all, the same bytes change nothing, and what is
 * invented carries `sample` into the database.
 */
export { deviceTypes } from './loading/files.ts'
export { loadRegistry, type LoadedCounts } from './loading/load.ts'
export { enrolDevice, revokeDevice } from './enrol.ts'
export {
  deviceKey,
  type EnrolledDevice,
  enrolledDevices,
  loadedEdition,
  priorityAreas,
  stationsOf,
  stationUnitsOn,
  unitsOn,
  villagesOf,
} from './store.ts'
export { findUnits, stationById, unitByCode } from './find.ts'
export { covers, type Scope, scopeOf } from './scope/store.ts'
export { foundMax } from './search.ts'
export { isInForce, mergerDay, surveyDay } from './through-time.ts'
export type {
  DeviceType,
  Edition,
  FoundUnit,
  Level,
  LoadedEdition,
  PriorityArea,
  Station,
  StationDevice,
  StationKind,
  Unit,
  UnitKey,
  UnitKind,
  Village,
} from './shapes.ts'
